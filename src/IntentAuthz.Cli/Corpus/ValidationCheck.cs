using IntentAuthz.Cedar;

namespace IntentAuthz.Cli.Corpus;

/// <summary>Whether the policies are valid, as a whole and one by one, in both modes.</summary>
internal static class ValidationCheck
{
    public static void Run(CorpusTest test, SchemaForm form, ReportDisagreement report)
    {
        foreach (var mode in Enum.GetValues<ValidationMode>())
        {
            var errors = Validator.Validate(test.Policies, form.Schema, mode).Errors;
            var what = $"{(mode == ValidationMode.Strict ? "strict" : "permissive")} validation with {form.Name}";
            if (mode == ValidationMode.Strict)
            {
                TestChecks.Compare(what, test.ShouldValidate, errors, report);
            }

            if (test.Verdicts is not { } verdicts)
            {
                continue;
            }

            // Said twice, in the test and beside it, a verdict is still one thing.
            if (mode != ValidationMode.Strict || verdicts.Policies.Strict != test.ShouldValidate)
            {
                TestChecks.Compare(what, verdicts.Policies.In(mode), errors, report);
            }

            foreach (var (id, verdict) in verdicts.PerPolicy)
            {
                TestChecks.Compare($"{what} of {id}", verdict.In(mode), [.. errors.Where(error => error.PolicyId == id)], report);
            }
        }
    }
}
