namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>A git forge: things are found by owner and name, not by one id; states are set by PATCH.</summary>
internal sealed class ForgeApi : SimulatedApi
{
    private readonly List<(int Number, string Title, string State)> _issues = [(1, "Crash on start", "open"), (2, "Typo in README", "open"), (3, "Slow search", "closed")];

    public ForgeApi()
    {
        Map("user_repos_list", "GET /user/repos - Repositories of the authenticated user", "page:integer per_page:integer", _ => new(200, new[]
        {
            new { id = 501, name = "engine", full_name = "ann/engine", owner = new { id = 9, login = "ann" }, @private = false },
            new { id = 502, name = "website", full_name = "acme/website", owner = new { id = 10, login = "acme" }, @private = false },
        }));
        Map("user_repos_create", "POST /user/repos - Create a repository", "name:string! description:string private:boolean", arguments =>
        {
            Effects.Add($"repo {Text(arguments, "name")} private={Text(arguments, "private")}");
            return new(201, new { id = 503, name = Text(arguments, "name"), full_name = "ann/" + Text(arguments, "name"), owner = new { id = 9, login = "ann" } });
        });
        Map("repos_get", "GET /repos/{owner}/{repo} - Get a repository", "owner:string! repo:string!", arguments =>
            Known(arguments) ? new(200, new { id = 501, name = Text(arguments, "repo"), owner = new { login = Text(arguments, "owner") }, stars = 4 }) : Problem(404, "Not Found"));
        Map("issues_list", "GET /repos/{owner}/{repo}/issues - List issues of a repository", "owner:string! repo:string! state:open|closed|all labels:string", arguments =>
            Known(arguments) ? new(200, _issues.Select(issue => new { number = issue.Number, title = issue.Title, state = issue.State })) : Problem(404, "Not Found"));
        Map("issues_create", "POST /repos/{owner}/{repo}/issues - Create an issue", "owner:string! repo:string! title:string! body:string labels:[string]", arguments =>
        {
            if (!Known(arguments))
            {
                return Problem(404, "Not Found");
            }

            _issues.Add((4, Text(arguments, "title"), "open"));
            Effects.Add($"issue {Where(arguments)} {Text(arguments, "title")}");
            return new(201, new { id = 9004, number = 4, title = Text(arguments, "title"), state = "open" });
        });
        Map("issues_update", "PATCH /repos/{owner}/{repo}/issues/{number} - Update an issue", "owner:string! repo:string! number:integer! title:string body:string state:open|closed assignee:string", arguments =>
        {
            var change = string.Join(',', arguments.Where(pair => pair.Key is not ("owner" or "repo" or "number")).Select(pair => $"{pair.Key}={pair.Value}"));
            if (!Known(arguments) || change.Length == 0)
            {
                return Known(arguments) ? Problem(422, "Nothing to change.") : Problem(404, "Not Found");
            }

            Effects.Add($"issue {Where(arguments)}#{Int(arguments, "number")} {change}");
            return new(200, new { number = Int(arguments, "number"), state = Text(arguments, "state") });
        });
        Map("issues_comment", "POST /repos/{owner}/{repo}/issues/{number}/comments - Comment on an issue", "owner:string! repo:string! number:integer! body:string!", arguments =>
        {
            Effects.Add($"comment {Where(arguments)}#{Int(arguments, "number")} {Text(arguments, "body")}");
            return Known(arguments) ? new(201, new { id = 1 }) : Problem(404, "Not Found");
        });
        Map("repos_star", "PUT /user/starred/{owner}/{repo} - Star a repository", "owner:string! repo:string!", arguments =>
        {
            Effects.Add($"star {Where(arguments)}");
            return new(204);
        });
        Map("pulls_list", "GET /repos/{owner}/{repo}/pulls - List pull requests", "owner:string! repo:string!", _ => new(200, new[] { new { number = 7, title = "Faster search", state = "open" }, new { number = 8, title = "Docs", state = "open" } }));
        Map("pulls_merge", "PUT /repos/{owner}/{repo}/pulls/{number}/merge - Merge a pull request", "owner:string! repo:string! number:integer! merge_method:merge|squash|rebase", arguments =>
        {
            Effects.Add($"merge {Where(arguments)}#{Int(arguments, "number")} {Text(arguments, "merge_method")}");
            return new(200, new { merged = true });
        });
    }

    private static bool Known(System.Text.Json.Nodes.JsonObject arguments) => Where(arguments) is "ann/engine" or "acme/website" or "ann/notes";

    private static string Where(System.Text.Json.Nodes.JsonObject arguments) => Text(arguments, "owner") + "/" + Text(arguments, "repo");
}
