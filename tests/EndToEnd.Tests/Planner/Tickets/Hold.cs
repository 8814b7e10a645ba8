namespace ApeTest.EndToEnd.Tests.Planner.Tickets;

internal sealed class Hold(string holdId, Event show, List<Seat> seats)
{
    public string HoldId { get; } = holdId;

    public Event Show { get; } = show;

    public List<Seat> Seats { get; } = seats;

    /// <summary>active, released or booked.</summary>
    public string Status { get; private set; } = "active";

    public void End(string status, string seatStatus)
    {
        Status = status;
        Seats.ForEach(seat => seat.Status = seatStatus);
    }
}
