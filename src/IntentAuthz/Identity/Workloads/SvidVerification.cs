using System.Diagnostics.CodeAnalysis;

namespace IntentAuthz;

/// <summary>What a verifier concluded about an identity document. Immutable.</summary>
public sealed class SvidVerification
{
    private SvidVerification(VerifiedWorkload? workload, string? refusalCode, string message)
    {
        Workload = workload;
        RefusalCode = refusalCode;
        Message = message;
    }

    /// <summary>Whether the document is good here and now.</summary>
    [MemberNotNullWhen(true, nameof(Workload))]
    [MemberNotNullWhen(false, nameof(RefusalCode))]
    public bool IsValid => Workload is not null;

    /// <summary>Whose it is; null when it was refused.</summary>
    public VerifiedWorkload? Workload { get; }

    /// <summary>One of <see cref="SvidRefusalCodes"/>, or a code of the host's verifier; null when the document is good.</summary>
    public string? RefusalCode { get; }

    /// <summary>One sentence for operators. It quotes nothing of the document.</summary>
    public string Message { get; }

    /// <summary>For verifiers: the document is good.</summary>
    /// <param name="workload">Whose it is.</param>
    public static SvidVerification Valid(VerifiedWorkload workload)
    {
        ArgumentNullException.ThrowIfNull(workload);
        return new SvidVerification(workload, null, "The document is good.");
    }

    /// <summary>For verifiers: the document is refused.</summary>
    /// <param name="code">One of <see cref="SvidRefusalCodes"/>, or a code of the verifier's own.</param>
    /// <param name="message">One sentence that quotes nothing of the document.</param>
    public static SvidVerification Refused(string code, string message)
    {
        ArgumentException.ThrowIfNullOrEmpty(code);
        ArgumentException.ThrowIfNullOrEmpty(message);
        return new SvidVerification(null, code, message);
    }

    /// <summary>Code and message, for logs.</summary>
    public override string ToString() => IsValid ? $"valid: {Workload}" : $"{RefusalCode}: {Message}";
}
