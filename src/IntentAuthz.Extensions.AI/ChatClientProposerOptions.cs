namespace IntentAuthz.Extensions.AI;

/// <summary>How a chat client is asked for proposals.</summary>
public sealed class ChatClientProposerOptions
{
    /// <summary>The model, or null for the client's own.</summary>
    public string? ModelId { get; set; }

    /// <summary>The most characters of an answer, 256 to 1 Mi; a longer one is refused before it has been read to its end.</summary>
    public int MaxAnswerCharacters { get; set; } = 16 * 1024;

    /// <summary>The most tools a model is shown, 1 to 4,096; with more there is no proposal and the task is not opened.</summary>
    public int MaxTools { get; set; } = 512;

    /// <summary>Whether every tool declared with <see cref="ToolEffect.Read"/> is part of each proposal, so that a model need not foresee what has to be looked up.</summary>
    public bool GrantReading { get; set; } = true;

    internal void Validate()
    {
        if (MaxAnswerCharacters is < 256 or > 1024 * 1024)
        {
            throw new ArgumentException($"ChatClientProposerOptions.MaxAnswerCharacters is {MaxAnswerCharacters}; set it between 256 and {1024 * 1024}.");
        }

        if (MaxTools is < 1 or > 4096)
        {
            throw new ArgumentException($"ChatClientProposerOptions.MaxTools is {MaxTools}; set it between 1 and 4096.");
        }
    }
}
