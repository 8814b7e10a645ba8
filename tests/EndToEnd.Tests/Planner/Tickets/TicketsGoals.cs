namespace ApeTest.EndToEnd.Tests.Planner.Tickets;

/// <summary>Goals at the ticket office.</summary>
internal static class TicketsGoals
{
    private const string Jazz = "Noor Haddad noor@example.com 'Night of Jazz' stalls confirmed";
    private const string Per = "Per Lie per.lie@example.com 'The Glass Menagerie' balcony confirmed";
    private const string Glass = "Noor Haddad noor@example.com 'The Glass Menagerie' balcony balcony confirmed";

    public static IEnumerable<GoalCase> All()
    {
        yield return new GoalCase("tickets-two-seats", new TicketsApi(),
            hand => BookAsync(hand, "evt_1f", ["J2", "J3"], "Ada Berg", "ada.berg@example.com"),
            Jazz, Per, Glass, "Ada Berg ada.berg@example.com 'Night of Jazz' balcony balcony confirmed");
        yield return new GoalCase("tickets-hold", new TicketsApi(), async hand =>
        {
            var hold = await hand.CallAsync("createHold", "POST /holds", new { eventId = "evt_2c", seatIds = new[] { "C7" } });
            await hand.CallAsync("releaseHold", $"DELETE /holds/{hold.GetProperty("holdId").GetString()}");
        }, Jazz, Per, Glass, "hold of C7 for 'Harbour Symphony' released");
        yield return new GoalCase("tickets-cancel", new TicketsApi(), async hand =>
        {
            var bookings = await hand.CallAsync("listBookings", "GET /bookings?email=noor@example.com");
            await hand.CallAsync("cancelBooking", $"POST /bookings/{bookings.GetProperty("data")[1].GetProperty("bookingId").GetString()}/cancellation", new { reason = "illness" });
        }, Jazz, Per, "Noor Haddad noor@example.com 'The Glass Menagerie' balcony balcony cancelled illness");
        yield return new GoalCase("tickets-by-date", new TicketsApi(),
            hand => BookAsync(hand, "evt_4a", ["B4"], "Lars Moe", "lars.moe@example.com"),
            Jazz, Per, Glass, "Lars Moe lars.moe@example.com 'Songs of Winter' stalls confirmed");
    }

    private static async Task BookAsync(Hand hand, string eventId, string[] seatIds, string name, string email)
    {
        var hold = await hand.CallAsync("createHold", "POST /holds", new { eventId, seatIds });
        await hand.CallAsync("createBooking", "POST /bookings", new { holdId = hold.GetProperty("holdId").GetString(), customer = new { name, email } });
    }
}
