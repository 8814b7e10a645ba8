namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Work orders of a factory: upper-case enumerations, codes as ids, parts booked on an order, transitions as a sub-resource.</summary>
internal sealed class PlantApi : SimulatedApi
{
    public PlantApi()
    {
        Map("queryMachines", "GET /machines - Query machines", "line:string state:RUNNING|STOPPED|MAINTENANCE", _ => new(200, new { content = new[] { new { machine_code = "MX-01", display_name = "Press", line = "A", state = "RUNNING" }, new { machine_code = "MX-02", display_name = "Lathe", line = "B", state = "STOPPED" } }, total_elements = 2 }));
        Map("queryTechnicians", "GET /technicians - Query technicians", "skill:ELECTRIC|HYDRAULIC|MECHANIC", _ => new(200, new { content = new[] { new { badge = "T7", full_name = "Iris Falk", skill = "HYDRAULIC" }, new { badge = "T9", full_name = "Raj Patel", skill = "ELECTRIC" } } }));
        Map("createWorkOrder", "POST /work-orders - Create a work order for a machine", "machine_code:string! summary:string! severity:MINOR|MAJOR|CRITICAL! due_on:string(date)", arguments =>
        {
            Effects.Add($"order {Text(arguments, "machine_code")} {Text(arguments, "summary")} {Text(arguments, "severity")} {Text(arguments, "due_on")}".TrimEnd());
            return new(201, new { work_order_id = 501, state = "OPEN" });
        });
        Map("queryWorkOrders", "GET /work-orders - Query work orders", "state:OPEN|IN_PROGRESS|CLOSED severity:MINOR|MAJOR|CRITICAL", _ => new(200, new { content = new[] { new { work_order_id = 490, machine_code = "MX-02", summary = "Belt worn", severity = "MAJOR", state = "OPEN" }, new { work_order_id = 491, machine_code = "MX-01", summary = "Oil leak", severity = "CRITICAL", state = "IN_PROGRESS" } } }));
        Map("assignTechnician", "PUT /work-orders/{work_order_id}/technician - Assign a technician", "work_order_id:integer! badge:string!", arguments => { Effects.Add($"assign {Int(arguments, "work_order_id")} {Text(arguments, "badge")}"); return new(200, new { }); });
        Map("transitionWorkOrder", "POST /work-orders/{work_order_id}/transitions - Move a work order to another state", "work_order_id:integer! to_state:OPEN|IN_PROGRESS|CLOSED!", arguments => { Effects.Add($"to {Int(arguments, "work_order_id")} {Text(arguments, "to_state")}"); return new(200, new { }); });
        Map("bookPart", "POST /work-orders/{work_order_id}/parts - Book a part on a work order", "work_order_id:integer! part_number:string! quantity:integer!", arguments => { Effects.Add($"part {Int(arguments, "work_order_id")} {Text(arguments, "part_number")} {Int(arguments, "quantity")}"); return new(201, new { }); });
        Map("setMachineState", "PATCH /machines/{machine_code} - Change a machine", "machine_code:string! state:RUNNING|STOPPED|MAINTENANCE", arguments => { Effects.Add($"machine {Text(arguments, "machine_code")} {Text(arguments, "state")}"); return new(200, new { }); });
    }
}
