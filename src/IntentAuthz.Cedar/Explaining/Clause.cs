namespace IntentAuthz.Cedar.Explaining;

/// <summary>One condition as the parts of an English clause, so that each form of it is the same clause.</summary>
internal readonly record struct Clause(string Subject, string Verb, string Complement, bool IsNegated)
{
    public string InForm(ClauseForm form) => (form, Verb) switch
    {
        (ClauseForm.Must, _) => $"{Subject} must {(IsNegated ? "not " : "")}{Verb} {Complement}",
        (ClauseForm.Is, "be") => $"{Subject} is {(IsNegated ? "not " : "")}{Complement}",
        (ClauseForm.Is, _) => IsNegated ? $"{Subject} does not {Verb} {Complement}" : $"{Subject} {ThirdPerson} {Complement}",
        (_, "be") => $"{Subject} were {(IsNegated ? "not " : "")}{Complement}",
        _ => IsNegated ? $"{Subject} did not {Verb} {Complement}" : $"{Subject} {Past} {Complement}",
    };

    private string ThirdPerson => Verb switch
    {
        "have" => "has",
        "match" => "matches",
        _ => Verb + "s",
    };

    private string Past => Verb switch
    {
        "have" => "had",
        "come" => "came",
        "hold" => "held",
        "lie" => "lay",
        _ => Verb.EndsWith('e') ? Verb + "d" : Verb + "ed",
    };
}
