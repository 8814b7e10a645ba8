namespace ApeTest.EndToEnd.Tests.Planner.Tickets;

internal sealed class Seat(string seatId, string section)
{
    public string SeatId { get; } = seatId;

    public string Section { get; } = section;

    /// <summary>In NOK.</summary>
    public int Price => Section == "stalls" ? 450 : 320;

    /// <summary>free, held or sold.</summary>
    public string Status { get; set; } = "free";
}
