namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Ticket booking: nested seats, holds before bookings, arrays of ids, HAL-like wrapping.</summary>
internal sealed class TicketApi : SimulatedApi
{
    private readonly (string Id, string Title, string Genre, string City, decimal Price, int Left)[] _events =
    [
        ("e1", "Night Trains", "jazz", "Berlin", 30, 4), ("e2", "Blue Hour", "jazz", "Hamburg", 18, 2), ("e3", "Loud", "rock", "Berlin", 12, 100), ("e4", "Small Hours", "jazz", "Berlin", 15, 0),
    ];

    private int _holds;

    public List<(string Event, string[] Seats, string Name)> Booked { get; } = [];

    public List<string> Cancelled { get; } = [];

    public TicketApi()
    {
        Map("listEvents", "GET /api/v1/events - Upcoming events.", "genre:jazz|rock|classical city:string sortBy:price|date|title order:asc|desc page:integer size:integer", arguments =>
        {
            var found = _events.Where(entry => (Text(arguments, "genre").Length == 0 || entry.Genre == Text(arguments, "genre"))
                && (Text(arguments, "city").Length == 0 || entry.City.Equals(Text(arguments, "city"), StringComparison.OrdinalIgnoreCase)));
            found = Text(arguments, "sortBy") == "price" ? found.OrderBy(entry => entry.Price) : found;
            return new(200, new { _embedded = new { events = found.Select(entry => new { eventId = entry.Id, title = entry.Title, genre = entry.Genre, city = entry.City, minPrice = entry.Price, ticketsLeft = entry.Left }) } });
        });
        Map("getEvent", "GET /api/v1/events/{eventId} - Details.", "eventId:string!", _ => new(200, new { }));
        Map("listSeats", "GET /api/v1/events/{eventId}/seats - Seats of an event.", "eventId:string! status:free|taken", arguments =>
            new(200, new { seats = Enumerable.Range(1, 5).Select(n => new { id = $"{Text(arguments, "eventId")}-s{n}", row = 1, status = n == 1 ? "taken" : "free" }) }));
        Map("createHold", "POST /api/v1/events/{eventId}/holds - Hold seats for ten minutes.", "eventId:string! seatIds:[string]!", arguments =>
        {
            var seats = arguments["seatIds"]!.AsArray().Select(seat => seat!.ToString()).ToArray();
            if (Array.Exists(seats, seat => seat.EndsWith("-s1", StringComparison.Ordinal)))
            {
                return Problem(409, "Seat is taken.");
            }

            _holds++;
            Booked.Add((Text(arguments, "eventId"), seats, ""));
            return new(201, new { holdId = $"h{_holds}", expiresAt = "2026-11-21T14:00:00Z" });
        });
        Map("createBooking", "POST /api/v1/bookings - Book held seats.", "holdId:string! customer:{name:string!;email:string(email)!}!", arguments =>
        {
            if (Text(arguments, "holdId") != $"h{_holds}" || _holds == 0)
            {
                return Problem(404, "No such hold.");
            }

            Booked[^1] = Booked[^1] with { Name = Text(arguments["customer"]!.AsObject(), "name") };
            return new(201, new { reference = "BK-9", status = "confirmed" });
        });
        Map("getBooking", "GET /api/v1/bookings/{reference} - A booking.", "reference:string!", arguments => new(Text(arguments, "reference") == "BK-9" ? 200 : 404, new { reference = "BK-9" }));
        Map("cancelBooking", "DELETE /api/v1/bookings/{reference} - Cancel a booking.", "reference:string!", arguments =>
        {
            Cancelled.Add(Text(arguments, "reference"));
            return new(204);
        });
    }
}
