namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Remote procedures: every call is a POST, the verb stands in the path, ids in the body, answers wrapped in "result".</summary>
internal sealed class RpcApi : SimulatedApi
{
    private readonly List<(string Title, string Status)> _tickets = [("Printer is dead", "open"), ("No coffee", "open"), ("VPN drops", "closed")];

    public RpcApi()
    {
        Map("post_auth_login", "POST /auth.login - Log in", "username:string! password:string!", arguments => Text(arguments, "password") == "{{user.password}}" ? new(200, new { result = new { token = "t" } }) : Problem(401, "no"));
        Map("post_auth_logout", "POST /auth.logout - Log out", "", _ => { Effects.Add("out"); return new(200, new { ok = true }); });
        Map("post_tickets_list", "POST /tickets.list - List tickets", "status:open|closed assignee:string", arguments => new(200, new
        {
            result = _tickets.Select((ticket, i) => new { ticketId = 500 + i, subject = ticket.Title, status = ticket.Status }).Where(ticket => Text(arguments, "status").Length == 0 || ticket.status == Text(arguments, "status")),
        }));
        Map("post_tickets_get", "POST /tickets.get - Get a ticket", "ticketId:integer!", arguments => { Effects.Add($"look {Int(arguments, "ticketId")}"); return new(200, new { result = new { ticketId = Int(arguments, "ticketId") } }); });
        Map("post_tickets_create", "POST /tickets.create - Create a ticket", "subject:string! text:string priority:low|high", arguments =>
        {
            _tickets.Add((Text(arguments, "subject"), "open"));
            Effects.Add($"create {Text(arguments, "subject")} {Text(arguments, "priority")}".TrimEnd());
            return new(200, new { result = new { ticketId = 499 + _tickets.Count } });
        });
        Map("post_tickets_close", "POST /tickets.close - Close a ticket", "ticketId:integer! resolution:string", arguments => { Effects.Add($"close {Int(arguments, "ticketId")} {Text(arguments, "resolution")}".TrimEnd()); return new(200, new { ok = true }); });
        Map("post_tickets_addComment", "POST /tickets.addComment - Add a comment to a ticket", "ticketId:integer! text:string!", arguments => { Effects.Add($"comment {Int(arguments, "ticketId")} {Text(arguments, "text")}"); return new(200, new { result = new { commentId = 9 } }); });
        Map("post_tickets_assign", "POST /tickets.assign - Assign a ticket", "ticketId:integer! userId:integer!", arguments => { Effects.Add($"assign {Int(arguments, "ticketId")} {Int(arguments, "userId")}"); return new(200, new { ok = true }); });
        Map("post_users_list", "POST /users.list - List users", "", _ => new(200, new { result = new[] { new { userId = 8, name = "Ann Lee" }, new { userId = 9, name = "Bob Ray" } } }));
    }
}
