using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>HAL: buildings, rooms and bookings three deep, links everywhere, what is listed in <c>_embedded</c>; a version in the body that must be sent back.</summary>
internal sealed class CampusApi : SimulatedApi
{
    public CampusApi()
    {
        Map("login", "POST /auth - Sign in with user name and password", "user_name:string! pass_word:string!", arguments => Text(arguments, "user_name") == "prof" && Text(arguments, "pass_word") == "chalk" ? new(200, new { session_key = "k", _links = Self("/auth") }) : Problem(401, "no"));
        Map("get_buildings", "GET /campus/buildings - Buildings", "", _ => Hal("buildings", Item("b-1", "Main Hall", "/campus/buildings/b-1"), Item("b-2", "Science Tower", "/campus/buildings/b-2")));
        Map("get_rooms", "GET /campus/buildings/{building_id}/rooms - Rooms of a building", "building_id:string! min_capacity:integer", arguments => Text(arguments, "building_id") == "b-2"
            ? Hal("rooms", Room("r-20", "Lab 3", 12, true), Room("r-21", "Seminar room A", 30, true), Room("r-22", "Auditorium", 200, false))
            : Hal("rooms", Room("r-10", "Aula", 400, true)));
        Map("create_booking", "POST /campus/buildings/{building_id}/rooms/{room_id}/bookings - Book a room", "building_id:string! room_id:string! day:string(date)! slot:morning|afternoon|evening! title:string!", arguments =>
        {
            Effects.Add($"book {Text(arguments, "building_id")}/{Text(arguments, "room_id")} {Text(arguments, "day")} {Text(arguments, "slot")} {Text(arguments, "title")}");
            return new(201, new { booking_id = "k-5", version = 1, _links = Self("/campus/buildings/x/rooms/y/bookings/k-5") });
        });
        Map("get_bookings", "GET /campus/buildings/{building_id}/rooms/{room_id}/bookings - Bookings of a room", "building_id:string! room_id:string!", arguments => Text(arguments, "room_id") == "r-21"
            ? Hal("bookings", Booking("k-1", "Thesis defence", "2027-02-01"), Booking("k-2", "Reading group", "2027-02-02")) : Hal("bookings"));
        Map("cancel_booking", "DELETE /campus/buildings/{building_id}/rooms/{room_id}/bookings/{booking_id} - Cancel a booking", "building_id:string! room_id:string! booking_id:string!", arguments =>
        {
            Effects.Add($"cancel {Text(arguments, "building_id")}/{Text(arguments, "room_id")}/{Text(arguments, "booking_id")}");
            return new(204);
        });
        Map("add_equipment", "POST /campus/buildings/{building_id}/rooms/{room_id}/equipment - Put equipment into a room", "building_id:string! room_id:string! kind:projector|whiteboard|camera! count:integer!", arguments =>
        {
            Effects.Add($"equip {Text(arguments, "room_id")} {Int(arguments, "count")} {Text(arguments, "kind")}");
            return new(201, new { });
        });
    }

    private static JsonObject Self(string href) => new() { ["self"] = new JsonObject { ["href"] = href } };

    private static JsonObject Item(string id, string name, string href) => new() { ["id"] = id, ["name"] = name, ["_links"] = Self(href) };

    private static JsonObject Room(string id, string name, int capacity, bool isOpen) => new() { ["room_id"] = id, ["name"] = name, ["capacity"] = capacity, ["bookable"] = isOpen, ["_links"] = Self("/rooms/" + id) };

    private static JsonObject Booking(string id, string title, string day) => new() { ["booking_id"] = id, ["title"] = title, ["day"] = day, ["version"] = 3, ["_links"] = Self("/bookings/" + id) };

    private static Reply Hal(string name, params JsonNode[] items) => new(200, new JsonObject { ["_embedded"] = new JsonObject { [name] = new JsonArray(items) }, ["_links"] = Self("/" + name), ["count"] = items.Length });
}
