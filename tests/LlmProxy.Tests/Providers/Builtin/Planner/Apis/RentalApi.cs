using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Car rental: places by code, date-times, a driver of several names, extending and handing back.</summary>
internal sealed class RentalApi : SimulatedApi
{
    public RentalApi()
    {
        Map("listStations", "GET /stations - Stations", "city:string", arguments => new(200, new { stations = new[] { new { stationId = "VIE", city = "Vienna", name = "Vienna Airport" }, new { stationId = "GRZ", city = "Graz", name = "Graz Main Station" }, new { stationId = "LNZ", city = "Linz", name = "Linz Harbour" } } }));
        Map("searchVehicles", "GET /vehicles - Search vehicles", "stationId:string class:compact|suv|van pickupAt:string(date-time) returnAt:string(date-time) maxPrice:number", arguments => new(200, new
        {
            vehicles = new[] { new { vehicleId = "v1", model = "Golf", @class = "compact", stationId = "VIE", dailyPrice = 49 }, new { vehicleId = "v2", model = "Tiguan", @class = "suv", stationId = "VIE", dailyPrice = 79 }, new { vehicleId = "v3", model = "Fiesta", @class = "compact", stationId = "GRZ", dailyPrice = 39 }, new { vehicleId = "v4", model = "Polo", @class = "compact", stationId = "VIE", dailyPrice = 44 } }
                .Where(vehicle => Text(arguments, "stationId").Length == 0 || vehicle.stationId == Text(arguments, "stationId")).Where(vehicle => Text(arguments, "class").Length == 0 || vehicle.@class == Text(arguments, "class")),
        }));
        Map("createRental", "POST /rentals - Rent a vehicle", "vehicleId:string! pickupAt:string(date-time)! returnAt:string(date-time)! driver:{firstName:string!;lastName:string!;email:string(email)!}! insurance:basic|full", arguments =>
        {
            var driver = arguments["driver"]!.AsObject();
            Effects.Add($"rent {Text(arguments, "vehicleId")} {Text(arguments, "pickupAt")[..10]}..{Text(arguments, "returnAt")[..10]} {driver["firstName"]} {driver["lastName"]} {driver["email"]} {Text(arguments, "insurance")}".TrimEnd());
            return new(201, new { rentalNumber = "R-500", status = "booked" });
        });
        Map("extendRental", "POST /rentals/{rentalNumber}/extension - Extend a rental", "rentalNumber:string! returnAt:string(date-time)!", arguments => { Effects.Add($"extend {Text(arguments, "rentalNumber")} {Text(arguments, "returnAt")[..10]}"); return new(200, new { }); });
        Map("cancelRental", "DELETE /rentals/{rentalNumber} - Cancel a rental", "rentalNumber:string!", arguments => { Effects.Add($"cancel {Text(arguments, "rentalNumber")}"); return new(204); });
        Map("getRental", "GET /rentals/{rentalNumber} - A rental", "rentalNumber:string!", arguments => { Effects.Add($"look {Text(arguments, "rentalNumber")}"); return new(200, new { rentalNumber = Text(arguments, "rentalNumber") }); });
    }
}
