namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Table reservations: a search that asks for date and party, names and phones beside each other, changes by PUT.</summary>
internal sealed class DinerApi : SimulatedApi
{
    public DinerApi()
    {
        Map("searchRestaurants", "GET /restaurants - Restaurants", "city:string cuisine:string", arguments => new(200, new[]
        {
            new { slug = "la-luna", name = "La Luna", cuisine = "italian", city = "Graz", rating = 4.2 }, new { slug = "koi", name = "Koi", cuisine = "japanese", city = "Graz", rating = 4.8 }, new { slug = "roma", name = "Roma Antica", cuisine = "italian", city = "Linz", rating = 4.9 },
        }.Where(entry => Text(arguments, "city").Length == 0 || entry.city == Text(arguments, "city")).Where(entry => Text(arguments, "cuisine").Length == 0 || entry.cuisine.Equals(Text(arguments, "cuisine"), StringComparison.OrdinalIgnoreCase))));
        Map("getAvailability", "GET /restaurants/{slug}/availability - Free times", "slug:string! date:string(date)! party_size:integer!", arguments => new(200, new { times = new[] { "18:00", "19:30" } }));
        Map("reserveTable", "POST /restaurants/{slug}/reservations - Reserve a table", "slug:string! date:string(date)! time:string! party_size:integer! name:string! phone:string notes:string", arguments =>
        {
            Effects.Add($"table {Text(arguments, "slug")} {Text(arguments, "date")} {Text(arguments, "time")} for {Int(arguments, "party_size")} {Text(arguments, "name")}{(Text(arguments, "phone").Length > 0 ? " " + Text(arguments, "phone") : "")}");
            return new(201, new { confirmation_code = "QX7", status = "confirmed" });
        });
        Map("getReservation", "GET /reservations/{confirmation_code} - A reservation", "confirmation_code:string!", arguments => { Effects.Add($"look {Text(arguments, "confirmation_code")}"); return new(200, new { confirmation_code = Text(arguments, "confirmation_code") }); });
        Map("changeReservation", "PUT /reservations/{confirmation_code} - Change a reservation", "confirmation_code:string! date:string(date) time:string party_size:integer", arguments =>
        {
            Effects.Add($"change {Text(arguments, "confirmation_code")} {string.Join(',', arguments.Where(pair => pair.Key != "confirmation_code").Select(pair => $"{pair.Key}={pair.Value}"))}");
            return new(200, new { });
        });
        Map("cancelReservation", "DELETE /reservations/{confirmation_code} - Cancel a reservation", "confirmation_code:string!", arguments => { Effects.Add($"cancel {Text(arguments, "confirmation_code")}"); return new(204); });
    }
}
