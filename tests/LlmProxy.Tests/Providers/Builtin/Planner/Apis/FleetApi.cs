using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>JSON:API: documents wrapped in <c>data</c> with <c>attributes</c> and <c>relationships</c>, requests too; filters in brackets.</summary>
internal sealed class FleetApi : SimulatedApi
{
    private static readonly (string Id, string Plate, string Model, string Status, int Km)[] Vehicles =
        [("v1", "B-AB 100", "Caddy", "available", 42000), ("v2", "B-CD 200", "Crafter", "in-repair", 91000), ("v3", "B-EF 300", "Caddy", "available", 12000)];

    public FleetApi()
    {
        Map("listVehicles", "GET /vehicles - Collection of vehicles", "filter[status]:available|in-use|in-repair filter[model]:string sort:string page[number]:integer page[size]:integer", arguments => new(200, new
        {
            data = Vehicles.Where(vehicle => Text(arguments, "filter[status]") is var status && (status.Length == 0 || vehicle.Status == status)).Select(vehicle => Resource("vehicles", vehicle.Id,
                new JsonObject { ["licensePlate"] = vehicle.Plate, ["model"] = vehicle.Model, ["status"] = vehicle.Status, ["mileage"] = vehicle.Km })),
            meta = new { total = 3 },
        }));
        Map("getVehicle", "GET /vehicles/{id} - One vehicle", "id:string!", arguments =>
        {
            Effects.Add($"look {Text(arguments, "id")}");
            return new(200, new { data = Resource("vehicles", Text(arguments, "id"), []) });
        });
        Map("updateVehicle", "PATCH /vehicles/{id} - Update a vehicle", "id:string! data:{type:vehicles|vehicles!;id:string!;attributes:{status:available|in-use|in-repair;mileage:integer}!}!", arguments =>
        {
            Effects.Add($"vehicle {Text(arguments, "id")} {arguments["data"]!["id"]} {arguments["data"]!["attributes"]!.ToJsonString().Replace("\"", "", StringComparison.Ordinal)}");
            return new(200, new { data = Resource("vehicles", Text(arguments, "id"), []) });
        });
        Map("listDrivers", "GET /drivers - Collection of drivers", "filter[name]:string", _ => new(200, new
        {
            data = new[] { ("d1", "Kim Berg"), ("d2", "Lou Tran") }.Select(driver => Resource("drivers", driver.Item1, new JsonObject { ["fullName"] = driver.Item2 })),
        }));
        Map("createTrip", "POST /trips - Create a trip",
            "data:{type:trips|trips!;attributes:{purpose:string!;startsOn:string(date)!}!;relationships:{vehicle:{data:{type:vehicles|vehicles!;id:string!}!}!;driver:{data:{type:drivers|drivers!;id:string!}!}!}!}!", arguments =>
        {
            var data = arguments["data"]!;
            Effects.Add($"trip {data["relationships"]!["vehicle"]!["data"]!["id"]} {data["relationships"]!["driver"]!["data"]!["id"]} {data["attributes"]!["purpose"]} {data["attributes"]!["startsOn"]}");
            return new(201, new { data = Resource("trips", "t7", new JsonObject { ["purpose"] = data["attributes"]!["purpose"]!.ToString() }) });
        });
        Map("deleteTrip", "DELETE /trips/{id} - Delete a trip", "id:string!", arguments => { Effects.Add($"untrip {Text(arguments, "id")}"); return new(204); });
    }

    private static JsonObject Resource(string type, string id, JsonObject attributes) => new() { ["type"] = type, ["id"] = id, ["attributes"] = attributes };
}
