namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Forum: boards by slug, threads with a first post, votes, locks, answers to a thread.</summary>
internal sealed class ForumApi : SimulatedApi
{
    private readonly List<(int Id, string Board, string Title)> _threads = [(1, "cooking", "Best knife"), (2, "cooking", "Sourdough help"), (3, "garden", "Slugs everywhere")];

    public ForumApi()
    {
        Map("login", "POST /session - Log in", "email:string(email)! password:string!", arguments => Text(arguments, "password") == "{{user.password}}" ? new(201, new { jwt = "x" }) : Problem(401, "Wrong."));
        Map("logout", "DELETE /session - Log out", "", _ => { Effects.Add("out"); return new(204); });
        Map("boards", "GET /boards - Boards", "", _ => new(200, new[] { new { slug = "cooking", name = "Cooking" }, new { slug = "garden", name = "Garden & Yard" } }));
        Map("threads", "GET /boards/{slug}/threads - Threads of a board", "slug:string! page:integer", arguments => new(200, new { threads = _threads.Where(thread => thread.Board == Text(arguments, "slug")).Select(thread => new { id = thread.Id, title = thread.Title }) }));
        Map("startThread", "POST /boards/{slug}/threads - Start a thread", "slug:string! title:string! text:string! tags:[string]", arguments =>
        {
            _threads.Add((9, Text(arguments, "slug"), Text(arguments, "title")));
            Effects.Add($"thread {Text(arguments, "slug")} '{Text(arguments, "title")}' '{Text(arguments, "text")}'{(arguments["tags"] is { } tags ? " " + string.Join('+', tags.AsArray()) : "")}");
            return new(201, new { id = 9 });
        });
        Map("answer", "POST /threads/{threadId}/posts - Answer in a thread", "threadId:integer! text:string!", arguments => { Effects.Add($"answer {Int(arguments, "threadId")} '{Text(arguments, "text")}'"); return new(201, new { id = 77 }); });
        Map("posts", "GET /threads/{threadId}/posts - Posts of a thread", "threadId:integer!", arguments => new(200, new { posts = new[] { new { id = 60, author = "ann", text = "Try diatomaceous earth", votes = 3 }, new { id = 61, author = "bob", text = "Beer traps", votes = 8 } } }));
        Map("vote", "PUT /posts/{postId}/vote - Vote for a post", "postId:integer! value:up|down!", arguments => { Effects.Add($"vote {Int(arguments, "postId")} {Text(arguments, "value")}"); return new(204); });
        Map("deletePost", "DELETE /posts/{postId} - Delete a post", "postId:integer!", arguments => { Effects.Add($"delete {Int(arguments, "postId")}"); return new(204); });
        Map("lockThread", "POST /threads/{threadId}/lock - Lock a thread", "threadId:integer!", arguments => { Effects.Add($"lock {Int(arguments, "threadId")}"); return new(204); });
    }
}
