using System.ComponentModel;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;

using IntentAuthz;

using Microsoft.SemanticKernel;

namespace Quickstart.Payments;

/// <summary>The tool that pays. It holds no secret of its own: the guard hands it a token for each call that was permitted.</summary>
internal sealed class PaymentTools(HttpClient http)
{
    [KernelFunction("pay")]
    [Description("Pays an amount in EUR to a bank account.")]
    [Tool("payments.pay", Risk = RiskClass.High)]
    public async Task<string> PayAsync(
        [Argument(ArgumentRole.Target, ResourceType = "BankAccount"), Description("The account that gets the money, as an IBAN.")] string account,
        [Argument(ArgumentRole.Magnitude), Description("How much, in EUR.")] decimal amount,
        [Argument(ArgumentRole.Selector), Description("The number of the invoice.")] string reference,
        ToolInvocation invocation, // supplied by the guard; the model neither sees nor fills it
        CancellationToken cancellationToken)
    {
        LeasedCredential credential = invocation.Credential
            ?? throw new InvalidOperationException("The policies permit payments without a credential; add @credential(\"payments:write\") to the permit.");
        using HttpRequestMessage request = new(HttpMethod.Post, "payments") { Content = JsonContent.Create(new PaymentOrder(account, amount, reference)) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", credential.Secret.Reveal());
        using HttpResponseMessage response = await http.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        return string.Create(CultureInfo.InvariantCulture, $"Paid {amount} EUR to {account} for {reference}.");
    }
}
