namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Leave requests of a company: paged by a cursor, approved or rejected below the request, persons nested.</summary>
internal sealed class LeaveApi : SimulatedApi
{
    private static readonly (int Id, string Name, string Team, string From, string To, string Status)[] Requests =
    [
        (1, "Sam Okoro", "Sales", "2027-04-01", "2027-04-03", "pending"), (2, "Ida Holm", "Sales", "2027-06-01", "2027-06-10", "pending"), (3, "Lea Roth", "Finance", "2027-05-02", "2027-05-04", "approved"),
        (4, "Sam Okoro", "Sales", "2027-05-02", "2027-05-09", "pending"), (5, "Tom Bay", "Finance", "2027-07-01", "2027-07-02", "pending"),
    ];

    public LeaveApi()
    {
        Map("listEmployees", "GET /employees - Employees", "name:string", _ => new(200, new { data = new[] { new { id = "e1", name = "Sam Okoro", team = "Sales" }, new { id = "e2", name = "Ida Holm", team = "Sales" }, new { id = "e3", name = "Tom Bay", team = "Finance" } } }));
        Map("listLeaveRequests", "GET /leave-requests - Leave requests", "status:pending|approved|rejected cursor:string limit:integer", arguments =>
        {
            var all = Requests.Where(request => Text(arguments, "status").Length == 0 || request.Status == Text(arguments, "status")).ToList();
            var from = Int(arguments, "cursor");
            return new(200, new
            {
                data = all.Skip(from).Take(2).Select(request => new { requestId = request.Id, employee = new { name = request.Name, team = request.Team }, from = request.From, to = request.To, status = request.Status }),
                nextCursor = from + 2 < all.Count ? (from + 2).ToString(System.Globalization.CultureInfo.InvariantCulture) : null,
            });
        });
        Map("approveLeaveRequest", "POST /leave-requests/{requestId}/approve - Approve a leave request", "requestId:integer!", arguments => { Effects.Add($"approve {Int(arguments, "requestId")}"); return new(200, new { }); });
        Map("rejectLeaveRequest", "POST /leave-requests/{requestId}/reject - Reject a leave request", "requestId:integer! comment:string!", arguments => { Effects.Add($"reject {Int(arguments, "requestId")} {Text(arguments, "comment")}"); return new(200, new { }); });
        Map("createLeaveRequest", "POST /leave-requests - Ask for leave", "employeeId:string! from:string(date)! to:string(date)! type:vacation|sick|parental!", arguments =>
        {
            Effects.Add($"ask {Text(arguments, "employeeId")} {Text(arguments, "from")}..{Text(arguments, "to")} {Text(arguments, "type")}");
            return new(201, new { requestId = 9 });
        });
    }
}
