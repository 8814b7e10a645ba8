using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Devices of a house: bare arrays, ids under "uuid", no operationIds, switches, numbers with a unit.</summary>
internal sealed class HouseApi : SimulatedApi
{
    private static readonly (string Id, string Name, string Room, string Kind)[] Devices =
    [
        ("u-1", "Ceiling lamp", "living room", "lamp"), ("u-2", "Lamp", "kitchen", "lamp"), ("u-3", "Thermostat", "bedroom", "thermostat"), ("u-4", "Thermostat", "office", "thermostat"), ("u-5", "Blinds", "office", "blinds"),
    ];

    public HouseApi()
    {
        Map("get_devices", "GET /devices - Devices", "room:string kind:lamp|thermostat|blinds", arguments => new(200, Devices
            .Where(device => Text(arguments, "room").Length == 0 || device.Room == Text(arguments, "room")).Where(device => Text(arguments, "kind").Length == 0 || device.Kind == Text(arguments, "kind"))
            .Select(device => new { uuid = device.Id, name = device.Name, room = device.Room, kind = device.Kind, on = false })));
        Map("get_devices_uuid", "GET /devices/{uuid}", "uuid:string!", arguments =>
        {
            Effects.Add($"look {Text(arguments, "uuid")}");
            return new(200, new { uuid = Text(arguments, "uuid"), on = true, temperature = 20.5 });
        });
        Map("patch_devices_uuid", "PATCH /devices/{uuid} - Change a device", "uuid:string! on:boolean brightness:integer targetTemperature:number position:integer name:string", arguments =>
        {
            var change = string.Join(',', arguments.Where(pair => pair.Key != "uuid").Select(pair => $"{pair.Key}={pair.Value}"));
            Effects.Add($"{Text(arguments, "uuid")} {change}");
            return change.Length > 0 ? new(200, new { uuid = Text(arguments, "uuid") }) : Problem(400, "Nothing to change.");
        });
        Map("get_scenes", "GET /scenes - Scenes", "", _ => new(200, new[] { new { uuid = "s-1", name = "Movie night" }, new { uuid = "s-2", name = "Good morning" } }));
        Map("post_scenes_uuid_activate", "POST /scenes/{uuid}/activate - Run a scene", "uuid:string!", arguments => { Effects.Add($"scene {Text(arguments, "uuid")}"); return new(204); });
        Map("post_rules", "POST /rules - New rule", "name:string! deviceUuid:string! time:string", arguments =>
        {
            Effects.Add($"rule {Text(arguments, "name")} {Text(arguments, "deviceUuid")}");
            return new(201, null, "/rules/77");
        });
        Map("delete_rules_uuid", "DELETE /rules/{uuid} - Delete a rule", "uuid:string!", arguments => { Effects.Add($"unrule {Text(arguments, "uuid")}"); return new(204); });
    }
}
