namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Parcels: sender and recipient side by side, weights, a tracking number as the only id.</summary>
internal sealed class ParcelApi : SimulatedApi
{
    public ParcelApi()
    {
        Map("createShipment", "POST /shipments - Create a shipment", "sender:{name:string!;city:string!}! recipient:{name:string!;city:string!;street:string}! weightKg:number! service:standard|express", arguments =>
        {
            Effects.Add($"ship {arguments["sender"]!["name"]} {arguments["sender"]!["city"]} > {arguments["recipient"]!["name"]} {arguments["recipient"]!["city"]} {Text(arguments, "weightKg")} {Text(arguments, "service")}".TrimEnd());
            return new(201, new { trackingNumber = "ZX123456789", status = "created" });
        });
        Map("trackShipment", "GET /shipments/{trackingNumber} - Track a shipment", "trackingNumber:string!", arguments => { Effects.Add($"track {Text(arguments, "trackingNumber")}"); return new(200, new { trackingNumber = Text(arguments, "trackingNumber"), status = "in_transit" }); });
        Map("schedulePickup", "POST /shipments/{trackingNumber}/pickup - Schedule a pickup", "trackingNumber:string! date:string(date)! window:morning|afternoon|evening!", arguments => { Effects.Add($"pickup {Text(arguments, "trackingNumber")} {Text(arguments, "date")} {Text(arguments, "window")}"); return new(201, new { }); });
        Map("cancelShipment", "POST /shipments/{trackingNumber}/cancel - Cancel a shipment", "trackingNumber:string! reason:string", arguments => { Effects.Add($"cancel {Text(arguments, "trackingNumber")}"); return new(200, new { }); });
    }
}
