using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Ticket office: events by date and price, seats with a status, a booking of seats, payment, cancellation.</summary>
internal sealed class ArenaApi : SimulatedApi
{
    private readonly HashSet<string> _taken = ["20-A1", "20-B2"];

    /// <summary>A seat that another takes before it can be booked.</summary>
    public string Snatched { get; init; } = "";

    public ArenaApi()
    {
        Map("getEvents", "GET /events - What is on", "city:string genre:string from:string(date)", arguments => new(200, new[]
        {
            Event(10, "Hamlet", "theatre", "Berlin", "2027-02-01", 45, 1), Event(20, "Blue Notes", "jazz", "Hamburg", "2027-03-05", 30, 6), Event(30, "Big Band", "jazz", "Berlin", "2027-04-01", 25, 3),
        }.Where(show => Text(arguments, "city").Length == 0 || show["city"]!.ToString() == Text(arguments, "city"))));
        Map("getEvent", "GET /events/{eventId} - One event", "eventId:integer!", arguments => new(200, Event(Int(arguments, "eventId"), "x", "y", "z", "2027-01-01", 1, 9)));
        Map("getSeats", "GET /events/{eventId}/seats - Seats of an event", "eventId:integer! status:free|taken", arguments => new(200, new
        {
            seats = new[] { ("A1", "A", 60), ("A2", "A", 60), ("B1", "B", 30), ("B2", "B", 30), ("B3", "B", 30) }.Select(seat => new
            {
                seatId = $"{Int(arguments, "eventId")}-{seat.Item1}", row = seat.Item2, price = seat.Item3, status = _taken.Contains($"{Int(arguments, "eventId")}-{seat.Item1}") ? "taken" : "free",
            }),
        }));
        Map("createBooking", "POST /bookings - Book seats", "eventId:integer! seatIds:[string]! customer:{name:string!;email:string(email)!}!", arguments =>
        {
            var seats = arguments["seatIds"]!.AsArray().Select(seat => seat!.ToString()).ToList();
            if (seats.Contains(Snatched))
            {
                _taken.Add(Snatched);
            }

            if (seats.Exists(_taken.Contains))
            {
                return Problem(409, $"Seat {seats.Find(_taken.Contains)} is taken.");
            }

            var customer = arguments["customer"]!.AsObject();
            Effects.Add($"book {Int(arguments, "eventId")} {string.Join('+', seats)} {(customer["email"]!.ToString().StartsWith("ape-", StringComparison.Ordinal) ? "" : customer["email"])}".TrimEnd());
            return new(201, new { bookingId = "B-1", status = "pending", total = 60 });
        });
        Map("payBooking", "POST /bookings/{bookingId}/payment - Pay a booking", "bookingId:string! method:card|paypal|invoice! cardNumber:string", arguments =>
        {
            Effects.Add($"pay {Text(arguments, "bookingId")} {Text(arguments, "method")}");
            return new(200, new { status = "paid" });
        });
        Map("cancelBooking", "DELETE /bookings/{bookingId} - Cancel a booking", "bookingId:string!", arguments =>
        {
            Effects.Add($"cancel {Text(arguments, "bookingId")}");
            return new(204);
        });
        Map("getBooking", "GET /bookings/{bookingId} - One booking", "bookingId:string!", arguments => { Effects.Add($"get {Text(arguments, "bookingId")}"); return new(200, new { bookingId = Text(arguments, "bookingId") }); });
    }

    private static JsonObject Event(int id, string name, string genre, string city, string date, int price, int left) =>
        new() { ["id"] = id, ["name"] = name, ["genre"] = genre, ["city"] = city, ["date"] = date, ["price"] = price, ["seatsLeft"] = left };
}
