namespace IntentAuthz;

/// <summary>What kind of value a text mentions.</summary>
internal enum MentionKind
{
    Number,
    Percent,
    Date,
    TimeOfDay,
    Duration,
    MailAddress,
    WebAddress,
    Phone,
    Account,
}
