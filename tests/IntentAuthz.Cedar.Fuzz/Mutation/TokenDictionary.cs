namespace IntentAuthz.Cedar.Fuzz.Mutation;

/// <summary>The words of the languages, and values at the ends of ranges.</summary>
internal static class TokenDictionary
{
    public static IReadOnlyList<string> All { get; } =
    [
        // policies
        "permit", "forbid", "(", ")", "{", "}", "[", "]", ",", ";", ".", "::", ":", "@id(\"a\")", "@", "principal", "action", "resource", "context", "?principal", "?resource", "when {", "unless {", "== ", "!= ", "< ", "<= ", "> ", ">= ",
        " in ", " is ", " has ", " like ", "&& ", "|| ", "!", "-", "+ ", "* ", "if ", " then ", " else ", "true", "false", "// x\n", "/", ".contains(", ".containsAll(", ".containsAny(", ".isEmpty()", ".hasTag(\"t\")", ".getTag(\"t\")",
        "decimal(\"1.0\")", "ip(\"10.0.0.0/8\")", "datetime(\"2024-10-15\")", "duration(\"1h\")", ".lessThan(", ".isInRange(", ".offset(", ".durationSince(", ".toDate()", ".toTime()", ".toDays()", "User::\"ann\"", "Action::\"view\"", "context.at", "context.from", "principal.age", "resource.owner", " has a.b",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "0", "1", "\"\"", "\"", "\\", "\\u{10ffff}", "\\u{d800}", "\\x7f", "\\*", "*", "\0", "\u202e", "\u00a0", "é", "😀", "__cedar",
        // schemas
        "entity ", "type ", "namespace N {", "appliesTo { principal: User, resource: User }", "enum [\"a\"]", "tags ", "Set<", ">", "Long", "String", "Bool", "?:", "__cedar::Long", "ipaddr", " = ", "Extension",
        // JSON
        "{\"", "\":", "null", "1.5", "1e400", "-0", "\"\\ud800\"", "{\"__entity\":{\"type\":\"User\",\"id\":\"ann\"}}", "{\"__extn\":{\"fn\":\"decimal\",\"arg\":\"1.0\"}}", "\"__expr\":\"1\"", "\"uid\":", "\"attrs\":{", "\"parents\":[", "\"tags\":{", "\"staticPolicies\":{", "\"templates\":{", "\"templateLinks\":[",
        "\"effect\":\"permit\"", "{\"op\":\"All\"}", "\"conditions\":[", "{\"Value\":1}", "{\"Var\":\"context\"}", "{\"Slot\":\"?principal\"}", "{\"&&\":{\"left\":", "\"right\":", "{\"Record\":{", "{\"Set\":[", "\"pattern\":[\"Wildcard\",{\"Literal\":\"a\"}]", "\"attr\":", "\"entityTypes\":{", "\"commonTypes\":{", "\"actions\":{", "\"type\":\"Record\",\"attributes\":{", "\"type\":\"EntityOrCommon\",\"name\":\"User\"", "\"memberOfTypes\":[", "\"additionalAttributes\":true", "\"required\":false",
        // extension values
        "1d2h3m4s5ms", "ms", "T11:35:00Z", ".000+2359", "-", "/32", "/129", "::1", "255.", "2024-02-29", "922337203685477.5807", "0000", "ffff:",
    ];
}
