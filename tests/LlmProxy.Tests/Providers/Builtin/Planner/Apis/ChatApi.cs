namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>A messenger: channels by name, members by id, replies in threads, reactions.</summary>
internal sealed class ChatApi : SimulatedApi
{
    public ChatApi()
    {
        Map("listChannels", "GET /api/v2/channels - Channels you are in.", "limit:integer cursor:string", _ => new(200, new { channels = new[] { Channel("C1", "general"), Channel("C2", "random"), Channel("C3", "build-alerts") }, nextCursor = "" }));
        Map("createChannel", "POST /api/v2/channels - Open a channel.", "name:string! topic:string isPrivate:boolean", arguments =>
        {
            Effects.Add($"channel {Text(arguments, "name")} topic={Text(arguments, "topic")} private={Text(arguments, "isPrivate")}");
            return new(201, new { channel = Channel("C9", Text(arguments, "name")) });
        });
        Map("archiveChannel", "POST /api/v2/channels/{channelId}/archive - Archive a channel.", "channelId:string!", arguments =>
        {
            Effects.Add($"archive {Text(arguments, "channelId")}");
            return new(204);
        });
        Map("listMessages", "GET /api/v2/channels/{channelId}/messages - Messages, newest first.", "channelId:string! limit:integer", arguments => new(200, new
        {
            messages = new[]
            {
                new { id = Text(arguments, "channelId") + "-m2", text = "Lunch?", authorId = "U2", sentAt = "2026-11-20T12:00:00Z" },
                new { id = Text(arguments, "channelId") + "-m1", text = "Release is out", authorId = "U1", sentAt = "2026-11-19T12:00:00Z" },
            },
        }));
        Map("postMessage", "POST /api/v2/channels/{channelId}/messages - Post a message.", "channelId:string! text:string! replyTo:string", arguments =>
        {
            Effects.Add($"post {Text(arguments, "channelId")} {Text(arguments, "text")}{(arguments.ContainsKey("replyTo") ? " re " + Text(arguments, "replyTo") : "")}");
            return new(201, new { id = Text(arguments, "channelId") + "-m9", text = Text(arguments, "text") });
        });
        Map("addReaction", "POST /api/v2/channels/{channelId}/messages/{messageId}/reactions - React to a message.", "channelId:string! messageId:string! emoji:string!", arguments =>
        {
            Effects.Add($"react {Text(arguments, "channelId")} {Text(arguments, "messageId")} {Text(arguments, "emoji")}");
            return new(201, new { });
        });
        Map("deleteMessage", "DELETE /api/v2/channels/{channelId}/messages/{messageId} - Delete a message.", "channelId:string! messageId:string!", arguments =>
        {
            Effects.Add($"delete {Text(arguments, "channelId")} {Text(arguments, "messageId")}");
            return new(204);
        });
        Map("listUsers", "GET /api/v2/users - People.", "query:string", arguments => new(200, new
        {
            users = new[] { new { id = "U1", displayName = "Ann Lee", email = "ann@example.com" }, new { id = "U2", displayName = "Bob Ray", email = "bob@example.com" } }
                .Where(user => user.displayName.Contains(Text(arguments, "query"), StringComparison.OrdinalIgnoreCase)),
        }));
        Map("inviteMember", "POST /api/v2/channels/{channelId}/members - Add a person to a channel.", "channelId:string! userId:string!", arguments =>
        {
            Effects.Add($"invite {Text(arguments, "channelId")} {Text(arguments, "userId")}");
            return new(201, new { });
        });
        Map("sendDirectMessage", "POST /api/v2/users/{userId}/messages - Write to one person.", "userId:string! text:string!", arguments =>
        {
            Effects.Add($"direct {Text(arguments, "userId")} {Text(arguments, "text")}");
            return new(201, new { id = "d1" });
        });
    }

    private static object Channel(string id, string name) => new { id, name, memberCount = 4 };
}
