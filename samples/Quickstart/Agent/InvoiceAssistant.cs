using IntentAuthz;

using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;

using Quickstart.Audit;
using Quickstart.Invoices;
using Quickstart.Mail;
using Quickstart.Payments;

namespace Quickstart.Agent;

/// <summary>The agent: a kernel with three plugins behind one guard, and a model that chooses what to call.</summary>
internal sealed class InvoiceAssistant : IAsyncDisposable
{
    internal static readonly TenantId Acme = new("acme");

    private const string Instructions =
        "You work in accounts payable. Use the tools to do what you are asked. A call that waits for approval is made again, with the same arguments, once you are told that it was approved.";

    private readonly ServiceProvider _services;
    private readonly ChatHistory _history = new(Instructions);
    private readonly IChatCompletionService _model;
    private Kernel? _bound;

    private InvoiceAssistant(ServiceProvider services, IChatClient model)
    {
        _services = services;
        _model = model.AsBuilder().UseKernelFunctionInvocation().Build().AsChatCompletionService();
    }

    internal Guard Guard => _services.GetRequiredService<Guard>();

    internal static InvoiceAssistant Create(
        IChatClient model, string policies, AuditTap audit, RefusedCalls refusals, TokenService tokens, Mailbox mailbox, InvoiceDatabase invoices, PaymentTools payments)
    {
        ServiceCollection services = new();
        services.AddIntentAuthz(guard => guard
            .AddPolicies(PolicySource.Directory(policies))
            .AddTool(ToolDescriptor.FromMethod(mailbox.ReadAsync))
            .AddTool(ToolDescriptor.FromMethod(invoices.ListOpenAsync))
            .AddTool(ToolDescriptor.FromMethod(payments.PayAsync))
            .AddCredentialProfile(new CredentialProfile("payments:write", "acme-tokens", PaymentApi.Audience, [PaymentApi.WriteScope], TimeSpan.FromMinutes(1)))
            .AddIssuer(tokens.CreateIssuer())
            .UseAuditSink(audit));

        services.AddSingleton<IAutoFunctionInvocationFilter>(refusals);
        IKernelBuilder kernel = services.AddKernel().AddIntentAuthz();
        kernel.Plugins.AddFromObject(mailbox, "mailbox");
        kernel.Plugins.AddFromObject(invoices, "invoices");
        kernel.Plugins.AddFromObject(payments, "payments");
        return new InvoiceAssistant(services.BuildServiceProvider(), model);
    }

    /// <summary>Opens the task and binds the agent's kernel to it: from here on every function acts for this task and no other.</summary>
    internal async Task<AgentTask> OpenTaskAsync(Principal user, string userRequest, CancellationToken cancellationToken)
    {
        AgentIdentity agent = AgentIdentity.HostAsserted(new AgentId("invoice-assistant"), Acme, owner: "accounts-payable");
        Mandate mandate = Mandate.Of(
            MandateGrant.Of("reading"),
            MandateGrant.Of("payments.pay").Where("amount", ArgumentConstraint.AtMost(5_000m)));
        TaskRequest request = new(agent, "pay the open invoices", mandate.WithRiskCeiling(RiskClass.High), TimeSpan.FromMinutes(10))
        {
            Delegation = Delegation.OnBehalfOf(user),
            UserRequest = userRequest,
        };
        AgentTask task = (await Guard.Tasks.OpenAsync(request, user, cancellationToken)).GetTaskOrThrow();
        _bound = _services.GetRequiredService<Kernel>().ForTask(task);
        return task;
    }

    /// <summary>One turn: the model works until it has something to say.</summary>
    internal async Task WorkAsync(string message, CancellationToken cancellationToken)
    {
        _history.AddUserMessage(message);
        PromptExecutionSettings settings = new() { FunctionChoiceBehavior = FunctionChoiceBehavior.Auto() };
        _history.Add(await _model.GetChatMessageContentAsync(_history, settings, _bound, cancellationToken));
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
