using static IntentAuthz.AgentReplay.Suites.SuiteTool;

namespace IntentAuthz.AgentReplay.Suites;

/// <summary>A travel agency's assistant: its catalogue answers for names, prices and addresses; guests write the reviews.</summary>
internal static class Travel
{
    private static readonly string[] s_writes =
        ["create_calendar_event", "cancel_calendar_event", "reserve_hotel", "reserve_car_rental", "reserve_restaurant", "send_email"];

    internal static SuiteDefinition Define() =>
        new("travel", [.. Tools().Select(static t => t.Build())], SuiteDefinition.ReadPolicies("common", "mail", "calendar", "reservations"), s_writes.Contains);

    private static SuiteTool Catalogue(string name, string argument, bool several = true) =>
        (several ? Reads(name).Texts(argument, ArgumentRole.Selector) : Reads(name).Text(argument, ArgumentRole.Selector))
        .Answers(Integrity.Trusted).Field("*", Integrity.Trusted);

    private static SuiteTool Reviews(string name, string argument) =>
        Reads(name).Texts(argument, ArgumentRole.Selector).Answers(Integrity.Trusted).Field("*", Integrity.Untrusted);

    private static IEnumerable<SuiteTool> Tools() =>
    [
        Reads("get_user_information").Answers(Integrity.Trusted),
        Catalogue("get_all_hotels_in_city", "city", several: false),
        Catalogue("get_hotels_prices", "hotel_names"),
        Reviews("get_rating_reviews_for_hotels", "hotel_names"),
        Catalogue("get_hotels_address", "hotel_name", several: false),
        Catalogue("get_all_restaurants_in_city", "city", several: false),
        Catalogue("get_cuisine_type_for_restaurants", "restaurant_names"),
        Catalogue("get_restaurants_address", "restaurant_names"),
        Reviews("get_rating_reviews_for_restaurants", "restaurant_names"),
        Catalogue("get_dietary_restrictions_for_all_restaurants", "restaurant_names"),
        Catalogue("get_contact_information_for_restaurants", "restaurant_names"),
        Catalogue("get_price_for_restaurants", "restaurant_names"),
        Catalogue("check_restaurant_opening_hours", "restaurant_names"),
        Catalogue("get_all_car_rental_companies_in_city", "city", several: false),
        Catalogue("get_car_types_available", "company_name"),
        Reviews("get_rating_reviews_for_car_rental", "company_name"),
        Catalogue("get_car_fuel_options", "company_name"),
        Catalogue("get_car_rental_address", "company_name"),
        Catalogue("get_car_price_per_day", "company_name"),
        Reads("get_flight_information").Text("departure_city", ArgumentRole.Selector).Text("arrival_city", ArgumentRole.Selector).Answers(Integrity.Trusted),
        .. Office.ReadCalendar(),
        Office.CreateEvent(),
        Office.CancelEvent(),
        Office.SendEmail(),
        Does(ToolEffect.Create, "reserve_hotel", "reservations")
            .Text("hotel", ArgumentRole.Target).Text("start_day", ArgumentRole.Time).Text("end_day", ArgumentRole.Time).Answers(Integrity.Trusted),
        Does(ToolEffect.Create, "reserve_car_rental", "reservations")
            .Text("company", ArgumentRole.Target).Text("start_time", ArgumentRole.Time).Text("end_time", ArgumentRole.Time, optional: true).Answers(Integrity.Trusted),
        Does(ToolEffect.Create, "reserve_restaurant", "reservations")
            .Text("restaurant", ArgumentRole.Target).Text("start_time", ArgumentRole.Time).Answers(Integrity.Trusted),
    ];
}
