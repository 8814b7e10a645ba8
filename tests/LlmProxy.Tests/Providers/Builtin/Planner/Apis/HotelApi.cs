using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>A hotel: dates in the query, a guest as nested object, a status set by PATCH, UUIDs, snake case.</summary>
internal sealed class HotelApi : SimulatedApi
{
    private const string Suite = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";
    private readonly Dictionary<string, string> _rooms = new() { ["6f9619ff-8b86-4d01-b42d-00cf4fc964f1"] = "101", [Suite] = "201", ["6f9619ff-8b86-4d01-b42d-00cf4fc964f3"] = "301" };

    /// <summary>Whether room 101 is taken when it is booked.</summary>
    public bool Taken { get; init; }

    public HotelApi()
    {
        Map("search_rooms", "GET /rooms - Rooms that are free in a period.", "check_in:string(date)! check_out:string(date)! room_type:single|double|suite max_price:number", arguments =>
            string.CompareOrdinal(Text(arguments, "check_in"), Text(arguments, "check_out")) >= 0 ? Problem(422, "check_out must be after check_in") : new(200, new
            {
                rooms = new[]
                {
                    new { id = "6f9619ff-8b86-4d01-b42d-00cf4fc964f1", number = "101", room_type = "single", price_per_night = 80, max_guests = 1 },
                    new { id = Suite, number = "201", room_type = "suite", price_per_night = 300, max_guests = 4 },
                    new { id = "6f9619ff-8b86-4d01-b42d-00cf4fc964f3", number = "301", room_type = "double", price_per_night = 120, max_guests = 2 },
                }.Where(room => Text(arguments, "room_type").Length == 0 || room.room_type == Text(arguments, "room_type")),
            }));
        Map("create_reservation", "POST /reservations - Book a room.",
            "room_id:string(uuid)! check_in:string(date)! check_out:string(date)! guests:integer! guest:{name:string!;email:string(email)!}! special_requests:string", arguments =>
        {
            if (arguments["guest"] is not JsonObject guest || !guest.ContainsKey("name"))
            {
                return Problem(422, "guest is required", new { guest = new[] { "required" } });
            }

            var room = _rooms.GetValueOrDefault(Text(arguments, "room_id"));
            if (room is null || (room == "101" && Taken))
            {
                return room is null ? Problem(404, "No such room.") : Problem(409, "The room is taken.");
            }

            Effects.Add($"reserve {room} {Text(arguments, "check_in")}..{Text(arguments, "check_out")} guests={Int(arguments, "guests")} {guest["name"]} {guest["email"]}");
            return new(201, new { reservation = new { id = "aa9619ff-8b86-4d01-b42d-00cf4fc964aa", status = "confirmed", room_id = Text(arguments, "room_id") } });
        });
        Map("list_reservations", "GET /reservations - All reservations.", "status:confirmed|cancelled|checked_in", _ => new(200, new
        {
            reservations = new[]
            {
                new { id = "bb9619ff-8b86-4d01-b42d-00cf4fc964bb", status = "confirmed", guest = new { name = "Max Muster" }, check_in = "2027-03-01" },
                new { id = "cc9619ff-8b86-4d01-b42d-00cf4fc964cc", status = "confirmed", guest = new { name = "Eva Klein" }, check_in = "2027-01-01" },
            },
        }));
        Map("get_reservation", "GET /reservations/{reservation_id} - One reservation.", "reservation_id:string(uuid)!", arguments => new(200, new { id = Text(arguments, "reservation_id"), status = "confirmed" }));
        Map("update_reservation", "PATCH /reservations/{reservation_id} - Change a reservation.",
            "reservation_id:string(uuid)! status:confirmed|cancelled|checked_in guests:integer check_out:string(date)", arguments =>
        {
            var change = string.Join(',', arguments.Where(pair => pair.Key != "reservation_id").Select(pair => $"{pair.Key}={pair.Value}"));
            if (change.Length == 0)
            {
                return Problem(400, "Nothing to change.");
            }

            Effects.Add($"update {Text(arguments, "reservation_id")[..2]} {change}");
            return new(200, new { id = Text(arguments, "reservation_id"), status = Text(arguments, "status") });
        });
    }
}
