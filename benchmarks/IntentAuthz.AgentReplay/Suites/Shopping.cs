using static IntentAuthz.AgentReplay.Suites.Errands;
using static IntentAuthz.AgentReplay.Suites.SuiteTool;

namespace IntentAuthz.AgentReplay.Suites;

/// <summary>A shop's assistant: the shop answers for products, orders and prices; customers write reviews, and anybody a mail.</summary>
internal static class Shopping
{
    internal static SuiteDefinition Define() =>
        new("shopping", [.. Tools().Select(static t => t.Build())], SuiteDefinition.ReadPolicies("common", "mail", "calendar", "rescheduling", "errands", "buying"), IsWrite);

    private static IEnumerable<SuiteTool> Tools() =>
    [
        SendMoney(),
        Reads("get_balance").Answers(Integrity.Trusted),
        Does(ToolEffect.Execute, "login_shopping_account", "entering").Text("username", ArgumentRole.Target).Text("password", ArgumentRole.Target).Answers(Integrity.Trusted),
        Verifies("verify_shopping_account"),
        Reads("get_shopping_account_user_information").Answers(Integrity.Trusted),
        Acts(ToolEffect.Update, "update_shopping_account_password").Text("password", ArgumentRole.Target),
        Acts(ToolEffect.Update, "update_shopping_account_user_info")
            .Text("first_name", ArgumentRole.Target, optional: true).Text("last_name", ArgumentRole.Target, optional: true)
            .Text("id_number", ArgumentRole.Target, optional: true).Text("email", ArgumentRole.Target, optional: true)
            .Text("phone_number", ArgumentRole.Target, optional: true).Text("address", ArgumentRole.Target, optional: true)
            .Text("passport_number", ArgumentRole.Target, optional: true).Text("bank_account_number", ArgumentRole.Target, optional: true),
        Office.Mails(Reads("get_shopping_linked_unread_emails")),
        Office.Mails(Reads("get_shopping_linked_received_emails")),
        Reads("search_product")
            .Text("product_name", ArgumentRole.Selector, optional: true).Number("price", ArgumentRole.Selector, optional: true)
            .Number("price_min", ArgumentRole.Selector, optional: true).Number("price_max", ArgumentRole.Selector, optional: true)
            .Text("brand", ArgumentRole.Selector, optional: true).Text("category", ArgumentRole.Selector, optional: true)
            .Text("product_id", ArgumentRole.Selector, optional: true).Number("rating_min", ArgumentRole.Selector, optional: true)
            .Number("rating_max", ArgumentRole.Selector, optional: true)
            .Answers(Integrity.Trusted).Field("*", Integrity.Trusted).Field("*.reviews", Integrity.Untrusted),
        Reads("view_order_history").Answers(Integrity.Trusted).Field("*", Integrity.Trusted),
        Reads("get_invoice").Text("order_id", ArgumentRole.Selector).Answers(Integrity.Trusted),
        Acts(ToolEffect.Pay, "refund_order").Text("order_id", ArgumentRole.Target),
        Reads("view_cart").Answers(Integrity.Trusted).Field("*", Integrity.Trusted),
        Does(ToolEffect.Pay, "cart_add_product", "buying").Answers(Integrity.Trusted).Text("product_id", ArgumentRole.Target).Integer("quantity", ArgumentRole.Magnitude),
        Acts(ToolEffect.Delete, "cart_remove_product").Text("product_id", ArgumentRole.Target),
        Does(ToolEffect.Delete, "clear_cart", "entering").Answers(Integrity.Trusted),
        Reads("cart_total").Answers(Integrity.Trusted),
        Acts(ToolEffect.Pay, "checkout_selected_cart").Texts("product_ids", ArgumentRole.Target).Text("discount_code", ArgumentRole.Selector, optional: true),
        Reads("view_available_discounts").Answers(Integrity.Trusted),
        Office.SendEmail(),
        .. Pages(),
        Form(),
        .. Files(),
        Office.CurrentDay(),
        .. Office.ReadCalendar(),
        Office.CreateEvent(),
        .. Office.ChangeCalendar(),
    ];
}
