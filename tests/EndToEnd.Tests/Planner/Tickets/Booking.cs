namespace ApeTest.EndToEnd.Tests.Planner.Tickets;

internal sealed class Booking(string bookingId, Event show, List<Seat> seats, string name, string email)
{
    public string BookingId { get; } = bookingId;

    public Event Show { get; } = show;

    public List<Seat> Seats { get; } = seats;

    public string Name { get; } = name;

    public string Email { get; } = email;

    /// <summary>confirmed or cancelled.</summary>
    public string Status { get; set; } = "confirmed";

    public string? Reason { get; set; }
}
