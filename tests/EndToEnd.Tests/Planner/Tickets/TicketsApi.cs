using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ApeTest.EndToEnd.Tests.Planner.Tickets;

/// <summary>Ticket booking: an API key, camelCase below <c>/v1</c>, seats held and then booked, date-times, OpenAPI 3.1 in YAML.</summary>
internal sealed class TicketsApi : ISample
{
    private const string Key = "tk_live_5e1f";
    private static readonly string[] Reasons = ["illness", "change_of_plans", "duplicate", "other"];
    private readonly TicketsState _state = new();

    public string OpenApiPath => "/openapi.yaml";

    public string BasePath => "/v1";

    public string Header => $"X-Api-Key: {Key}";

    public void Map(WebApplication app)
    {
        SampleApi.MapDocument(app, OpenApiPath, "Tickets/openapi.yaml");
        var api = app.MapGroup(BasePath).AddEndpointFilter(async (context, next) => context.HttpContext.Request.Headers["X-Api-Key"] == Key
            ? await next(context)
            : Refused(401, "unauthorized", "The X-Api-Key header is missing or wrong."));
        api.MapGet("/events", Search);
        api.MapGet("/events/{eventId}", (string eventId) => _state.Event(eventId) is { } show ? Results.Ok(View(show)) : Missing("event", eventId));
        api.MapGet("/events/{eventId}/seats", ListSeats);
        api.MapPost("/holds", CreateHold);
        api.MapGet("/holds/{holdId}", (string holdId) => _state.Hold(holdId) is { } hold ? Results.Ok(View(hold)) : Missing("hold", holdId));
        api.MapDelete("/holds/{holdId}", ReleaseHold);
        api.MapPost("/bookings", Book);
        api.MapGet("/bookings", (string? email) => string.IsNullOrEmpty(email)
            ? Refused(400, "invalid_request", "The query parameter email is required.")
            : Results.Ok(new { Data = _state.Bookings.Where(booking => booking.Email == email).Select(View) }));
        api.MapGet("/bookings/{bookingId}", (string bookingId) => _state.Booking(bookingId) is { } booking ? Results.Ok(View(booking)) : Missing("booking", bookingId));
        api.MapPost("/bookings/{bookingId}/cancellation", Cancel);
    }

    public Task<IReadOnlyList<string>> FactsAsync(HttpClient client) => Task.FromResult(_state.Facts());

    private IResult Search(string? q, string? city, string? from, string? to)
    {
        if (!TryTime(from, out var after) || !TryTime(to, out var before))
        {
            return Refused(400, "invalid_request", "from and to must be date-times as of RFC 3339, for example 2026-12-01T00:00:00Z.");
        }
        return Results.Ok(new
        {
            Data = _state.Events
                .Where(show => q is null || show.Title.Contains(q, StringComparison.OrdinalIgnoreCase))
                .Where(show => city is null || show.City.Equals(city, StringComparison.OrdinalIgnoreCase))
                .Where(show => (after is null || show.StartsAt >= after) && (before is null || show.StartsAt <= before))
                .Select(View),
        });
    }

    private IResult ListSeats(string eventId, string? section, string? status)
    {
        if (section is not (null or "stalls" or "balcony") || status is not (null or "free" or "held" or "sold"))
        {
            return Refused(400, "invalid_request", "section must be stalls or balcony; status must be free, held or sold.");
        }
        return _state.Event(eventId) is { } show
            ? Results.Ok(new { Data = show.Seats.Where(seat => (section is null || seat.Section == section) && (status is null || seat.Status == status)).Select(View) })
            : Missing("event", eventId);
    }

    private IResult CreateHold(NewHold hold)
    {
        if (hold.EventId is null || hold.SeatIds is not { Length: > 0 and <= 6 })
        {
            return Refused(400, "invalid_request", "eventId and 1 to 6 seatIds are required.");
        }
        if (_state.Event(hold.EventId) is not { } show)
        {
            return Missing("event", hold.EventId);
        }
        var seats = hold.SeatIds.Distinct().Select(id => show.Seats.Find(seat => seat.SeatId == id)).ToList();
        if (seats.Contains(null))
        {
            return Refused(400, "unknown_seat", $"'{show.Title}' has no such seat; see GET /events/{show.EventId}/seats.");
        }
        if (seats.Find(seat => seat!.Status != "free") is { } taken)
        {
            return Refused(409, "seat_taken", $"Seat {taken.SeatId} is {taken.Status}.");
        }
        return Results.Json(View(_state.Hold(show, seats!)), statusCode: 201);
    }

    private IResult ReleaseHold(string holdId)
    {
        if (_state.Hold(holdId) is not { } hold)
        {
            return Missing("hold", holdId);
        }
        if (hold.Status != "active")
        {
            return Refused(409, "hold_not_active", $"The hold is {hold.Status}.");
        }
        hold.End("released", "free");
        return Results.NoContent();
    }

    private IResult Book(NewBooking booking)
    {
        if (booking is not { HoldId: { } holdId, Customer: { Name.Length: > 0, Email: { } email } } || !email.Contains('@', StringComparison.Ordinal))
        {
            return Refused(400, "invalid_request", "holdId, customer.name and customer.email are required.");
        }
        if (_state.Hold(holdId) is not { } hold)
        {
            return Missing("hold", holdId);
        }
        return hold.Status == "active"
            ? Results.Json(View(_state.Book(hold, booking.Customer.Name, email)), statusCode: 201)
            : Refused(409, "hold_not_active", $"The hold is {hold.Status}.");
    }

    private IResult Cancel(string bookingId, Cancellation cancellation)
    {
        if (!Reasons.Contains(cancellation.Reason))
        {
            return Refused(400, "invalid_request", "reason must be illness, change_of_plans, duplicate or other.");
        }
        if (_state.Booking(bookingId) is not { } booking)
        {
            return Missing("booking", bookingId);
        }
        if (booking.Status != "confirmed")
        {
            return Refused(409, "already_cancelled", "The booking is cancelled already.");
        }
        (booking.Status, booking.Reason) = ("cancelled", cancellation.Reason);
        return Results.Ok(View(booking));
    }

    /// <summary>True with null for none.</summary>
    private static bool TryTime(string? text, out DateTimeOffset? time)
    {
        time = text is not null && text.Contains('T', StringComparison.Ordinal)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var value) ? value : null;
        return text is null || time is not null;
    }

    private static object View(Event show) => new { Id = show.EventId, show.Title, show.Venue, show.City, show.StartsAt };

    private static object View(Seat seat) => new { seat.SeatId, seat.Section, seat.Status, Price = Kroner(seat.Price) };

    private static object View(Hold hold) => new { hold.HoldId, hold.Show.EventId, SeatIds = hold.Seats.Select(seat => seat.SeatId), hold.Status };

    private static object View(Booking booking) => new
    {
        booking.BookingId,
        Event = new { Id = booking.Show.EventId, booking.Show.Title, booking.Show.StartsAt },
        Seats = booking.Seats.Select(seat => new { seat.SeatId, seat.Section }),
        Total = Kroner(booking.Seats.Sum(seat => seat.Price)),
        Customer = new { booking.Name, booking.Email },
        booking.Status,
        CancellationReason = booking.Reason,
    };

    private static object Kroner(int amount) => new { Amount = amount, Currency = "NOK" };

    private static IResult Missing(string what, string id) => Refused(404, "not_found", $"There is no {what} '{id}'.");

    private static IResult Refused(int status, string code, string message) => Results.Json(new { Code = code, Message = message }, statusCode: status);

    private sealed record NewHold(string? EventId, string[]? SeatIds);

    private sealed record NewBooking(string? HoldId, Customer? Customer);

    private sealed record Customer(string? Name, string? Email);

    private sealed record Cancellation(string? Reason);
}
