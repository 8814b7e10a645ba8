namespace ApeTest.EndToEnd.Tests.Planner.Tickets;

/// <summary>What the ticket office knows.</summary>
internal sealed class TicketsState
{
    private readonly List<Hold> _holds = [];
    private int _lastId = 0x41;

    public TicketsState()
    {
        Add(Events[0], "Noor Haddad", "noor@example.com", "A1");
        Add(Events[2], "Per Lie", "per.lie@example.com", "J3");
        Add(Events[2], "Noor Haddad", "noor@example.com", "J1", "J2");
    }

    public List<Event> Events { get; } =
    [
        new("evt_1f", "Night of Jazz", "Club Orfeo", "Oslo", new DateTimeOffset(2026, 12, 5, 20, 0, 0, TimeSpan.FromHours(1))),
        new("evt_2c", "Harbour Symphony", "Grieg Hall", "Bergen", new DateTimeOffset(2026, 12, 20, 19, 30, 0, TimeSpan.FromHours(1))),
        new("evt_37", "The Glass Menagerie", "Torshov Theatre", "Oslo", new DateTimeOffset(2026, 12, 12, 19, 0, 0, TimeSpan.FromHours(1))),
        new("evt_4a", "Songs of Winter", "Grieg Hall", "Bergen", new DateTimeOffset(2026, 12, 14, 18, 0, 0, TimeSpan.FromHours(1))),
        new("evt_5d", "Comedy Club", "Club Orfeo", "Oslo", new DateTimeOffset(2026, 12, 14, 21, 0, 0, TimeSpan.FromHours(1))),
    ];

    public List<Booking> Bookings { get; } = [];

    public Event? Event(string id) => Events.Find(show => show.EventId == id);

    public Hold? Hold(string id) => _holds.Find(hold => hold.HoldId == id);

    public Booking? Booking(string id) => Bookings.Find(booking => booking.BookingId == id);

    public Hold Hold(Event show, List<Seat> seats)
    {
        var hold = new Hold($"hld_{++_lastId:x}", show, seats);
        seats.ForEach(seat => seat.Status = "held");
        _holds.Add(hold);
        return hold;
    }

    public Booking Book(Hold hold, string name, string email)
    {
        hold.End("booked", "sold");
        var booking = new Booking($"bkg_{++_lastId:x}", hold.Show, hold.Seats, name, email);
        Bookings.Add(booking);
        return booking;
    }

    public IReadOnlyList<string> Facts() =>
    [
        .. _holds.Where(hold => hold.Status != "booked").Select(hold => $"hold of {string.Join(' ', hold.Seats.Select(seat => seat.SeatId))} for '{hold.Show.Title}' {hold.Status}"),
        .. Bookings.Select(booking =>
            $"{booking.Name} {booking.Email} '{booking.Show.Title}' {string.Join(' ', booking.Seats.Select(seat => seat.Section))} {booking.Status} {booking.Reason}".TrimEnd()),
    ];

    private void Add(Event show, string name, string email, params string[] seats) => Book(new Hold("", show, show.Seats.FindAll(seat => seats.Contains(seat.SeatId))), name, email);
}
