using System.ClientModel;

using Microsoft.Extensions.AI;

using OpenAI;
using OpenAI.Chat;

namespace Quickstart.Agent;

/// <summary>Which model works: the script, or a real one where there is a key for it.</summary>
internal static class Models
{
    /// <summary>Any other <see cref="IChatClient"/> does as well: this is the one place to put it.</summary>
    internal static IChatClient Create(Settings settings) => settings.ApiKey is null
        ? new ScriptedModel()
        : new ChatClient(
            settings.ModelName,
            new ApiKeyCredential(settings.ApiKey),
            settings.ApiBase is null ? new OpenAIClientOptions() : new OpenAIClientOptions { Endpoint = settings.ApiBase }).AsIChatClient();
}
