namespace IntentAuthz;

/// <summary>Names one task.</summary>
/// <remarks>Made by the library from 128 random bits, so it cannot be guessed or repeated. Compared ordinally.</remarks>
public readonly record struct TaskId
{
    /// <summary>Takes an identifier that was made earlier, such as one read back from a store or a web request.</summary>
    /// <param name="value">1 to 256 characters, no control characters.</param>
    /// <exception cref="ArgumentException">The value is empty, too long or holds a control character.</exception>
    public TaskId(string value) => Value = Identifier.Validate(value, nameof(TaskId));

    private TaskId(Guid random) => Value = string.Create(null, stackalloc char[40], $"task_{random:N}");

    /// <summary>The identifier's text.</summary>
    public string Value { get; }

    internal static TaskId New() => new(Guid.NewGuid());

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";
}
