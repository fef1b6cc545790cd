using System.Text;

using Microsoft.Extensions.AI;

namespace IntentAuthz.Extensions.AI;

/// <summary>
/// Asks a model what a task needs. The model sees the user's request and the tools there are, and nothing that a tool has returned; it is given
/// no tools. Its answer is data, read strictly: an action or argument that no tool has, an unknown member or a broken answer is an exception,
/// and the task is not opened. A model can be wrong, so its proposal only ever narrows the mandate. Safe for use by many threads as far as the client is.
/// </summary>
public sealed class ChatClientMandateProposer : IMandateProposer
{
    private const int MaxOutputTokens = 4096;

    private readonly IChatClient _client;
    private readonly ChatClientProposerOptions _options;

    /// <summary>Asks this client.</summary>
    /// <param name="client">The client, best without tools and middleware of its own.</param>
    /// <param name="options">How it is asked; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public ChatClientMandateProposer(IChatClient client, ChatClientProposerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        _client = client;
        _options = options ?? new ChatClientProposerOptions();
        _options.Validate();
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">There are more tools than the model is to be shown.</exception>
    /// <exception cref="FormatException">The answer is none; the message says what is wrong with it.</exception>
    public async ValueTask<MandateProposal?> ProposeAsync(MandateProposalRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Tools.Count > _options.MaxTools)
        {
            throw new InvalidOperationException(
                $"{request.Tools.Count} tools are described and a model is shown at most {_options.MaxTools}; raise ChatClientProposerOptions.MaxTools or give the task a proposal of the host's own.");
        }

        ChatMessage[] messages = [new(ChatRole.System, ProposalQuestion.Instructions), new(ChatRole.User, ProposalQuestion.Ask(request))];
        ChatOptions options = new()
        {
            ModelId = _options.ModelId,
            Temperature = 0,
            MaxOutputTokens = MaxOutputTokens,
            ResponseFormat = ChatResponseFormat.ForJsonSchema(ProposalQuestion.AnswerSchema, "proposal"),
            ToolMode = ChatToolMode.None,
        };
        StringBuilder answer = new();
        await foreach (ChatResponseUpdate update in _client.GetStreamingResponseAsync(messages, options, cancellationToken).ConfigureAwait(false))
        {
            answer.Append(update.Text);
            if (answer.Length > _options.MaxAnswerCharacters)
            {
                throw new FormatException($"The model's answer has more than {_options.MaxAnswerCharacters} characters.");
            }
        }

        return ProposalAnswer.Read(answer.ToString(), request.Tools, _options.GrantReading);
    }
}
