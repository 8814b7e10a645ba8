namespace ApeTest.EndToEnd.Tests.Planner.Tickets;

internal sealed record Event(string EventId, string Title, string Venue, string City, DateTimeOffset StartsAt)
{
    /// <summary>Rows A to C of 8 in the stalls, J and K of 4 on the balcony.</summary>
    public List<Seat> Seats { get; } =
    [
        .. from row in "ABC" from number in Enumerable.Range(1, 8) select new Seat($"{row}{number}", "stalls"),
        .. from row in "JK" from number in Enumerable.Range(1, 4) select new Seat($"{row}{number}", "balcony"),
    ];
}
