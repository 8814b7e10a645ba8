using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Mailbox: recipients in a list, flags, folders, forwarding, texts of any length.</summary>
internal sealed class MailApi : SimulatedApi
{
    public MailApi()
    {
        Map("listMessages", "GET /messages - Messages, newest first", "folder:string unread:boolean query:string from:string", _ => new(200, new[]
        {
            new { id = "m3", from = "ann@example.com", subject = "Quarterly report", unread = true, receivedAt = "2026-11-20T10:00:00Z" }, new { id = "m2", from = "news@example.com", subject = "Weekly digest", unread = true, receivedAt = "2026-11-19T10:00:00Z" },
            new { id = "m1", from = "bob@example.com", subject = "Lunch on Friday", unread = false, receivedAt = "2026-11-18T10:00:00Z" },
        }));
        Map("sendMessage", "POST /messages - Send a message", "to:[string(email)]! cc:[string(email)] subject:string! body:string!", arguments =>
        {
            Effects.Add($"send {string.Join('+', arguments["to"]!.AsArray())}{(arguments["cc"] is JsonArray cc ? " cc " + string.Join('+', cc) : "")} '{Text(arguments, "subject")}' '{Text(arguments, "body")}'");
            return new(202, new { id = "m9" });
        });
        Map("replyToMessage", "POST /messages/{messageId}/replies - Reply to a message", "messageId:string! body:string!", arguments => { Effects.Add($"reply {Text(arguments, "messageId")} '{Text(arguments, "body")}'"); return new(202, new { }); });
        Map("forwardMessage", "POST /messages/{messageId}/forward - Forward a message", "messageId:string! to:[string(email)]! note:string", arguments => { Effects.Add($"forward {Text(arguments, "messageId")} {string.Join('+', arguments["to"]!.AsArray())}"); return new(202, new { }); });
        Map("updateMessage", "PATCH /messages/{messageId} - Change flags or folder", "messageId:string! unread:boolean flagged:boolean folderId:string", arguments =>
        {
            Effects.Add($"{Text(arguments, "messageId")} {string.Join(',', arguments.Where(pair => pair.Key != "messageId").Select(pair => $"{pair.Key}={pair.Value}"))}");
            return new(200, new { });
        });
        Map("deleteMessage", "DELETE /messages/{messageId} - Move a message to the bin", "messageId:string!", arguments => { Effects.Add($"delete {Text(arguments, "messageId")}"); return new(204); });
        Map("listFolders", "GET /folders - Folders", "", _ => new(200, new[] { new { id = "f1", name = "Inbox" }, new { id = "f2", name = "Archive" }, new { id = "f3", name = "Taxes 2026" } }));
        Map("createFolder", "POST /folders - New folder", "name:string!", arguments => { Effects.Add($"folder {Text(arguments, "name")}"); return new(201, new { id = "f9", name = Text(arguments, "name") }); });
    }
}
