namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Task tracker with people: three levels of nesting, assignees, wrong values refused, ids of all kinds that look alike.</summary>
internal sealed class TrackerApi : SimulatedApi
{
    private readonly List<(int Id, int Project, string Title, string Status, int? Assignee)> _tasks =
        [(101, 1, "Write tests", "todo", 1), (102, 1, "Fix header", "in_progress", 2), (201, 2, "Plan launch", "todo", null), (202, 2, "Order cake", "todo", 3)];

    public TrackerApi()
    {
        Map("projects.list", "GET /projects - List projects", "", _ => new(200, new { items = new[] { new { id = 1, key = "WEB", name = "Web shop" }, new { id = 2, key = "LCH", name = "Launch" } } }));
        Map("projects.create", "POST /projects - Create a project", "name:string! key:string!", arguments =>
        {
            if (Text(arguments, "key") is not { Length: >= 2 and <= 5 } key || key.Any(letter => letter is < 'A' or > 'Z'))
            {
                return Problem(422, "key must be 2 to 5 capital letters", new { key = new[] { "must match ^[A-Z]{2,5}$" } });
            }

            Effects.Add($"project {Text(arguments, "name")}");
            return new(201, new { id = 3, key = Text(arguments, "key"), name = Text(arguments, "name") });
        });
        Map("users.list", "GET /users - List people", "q:string", arguments => new(200, new { items = new[] { new { id = 1, name = "Ann Lee" }, new { id = 2, name = "Bob Ray" }, new { id = 3, name = "Cleo Kim" } }.Where(user => user.name.Contains(Text(arguments, "q"), StringComparison.OrdinalIgnoreCase)) }));
        Map("tasks.list", "GET /projects/{projectId}/tasks - List the tasks of a project", "projectId:integer! status:todo|in_progress|done", arguments => new(200, new
        {
            items = _tasks.Where(task => task.Project == Int(arguments, "projectId") && (Text(arguments, "status").Length == 0 || task.Status == Text(arguments, "status")))
                .Select(task => new { id = task.Id, title = task.Title, status = task.Status, assigneeId = task.Assignee }),
        }));
        Map("tasks.create", "POST /projects/{projectId}/tasks - Create a task", "projectId:integer! title:string! assigneeId:integer dueDate:string(date) priority:integer labels:[string]", arguments =>
        {
            if (Int(arguments, "assigneeId", 1) is not (1 or 2 or 3))
            {
                return Problem(422, "assigneeId: no such user");
            }

            _tasks.Add((301, Int(arguments, "projectId"), Text(arguments, "title"), "todo", null));
            Effects.Add($"task {Int(arguments, "projectId")} {Text(arguments, "title")} {Text(arguments, "assigneeId")} {Text(arguments, "dueDate")}".TrimEnd());
            return new(201, new { id = 301, title = Text(arguments, "title"), status = "todo" });
        });
        Map("tasks.update", "PATCH /projects/{projectId}/tasks/{taskId} - Update a task", "projectId:integer! taskId:integer! title:string status:todo|in_progress|done assigneeId:integer dueDate:string(date)", arguments =>
        {
            var task = _tasks.Find(task => task.Id == Int(arguments, "taskId") && task.Project == Int(arguments, "projectId"));
            var change = string.Join(',', arguments.Where(pair => pair.Key is not ("projectId" or "taskId")).Select(pair => $"{pair.Key}={pair.Value}"));
            if (task.Id == 0 || change.Length == 0)
            {
                return task.Id == 0 ? Problem(404, "No such task in that project.") : Problem(400, "The body is empty.");
            }

            Effects.Add($"update {task.Id} {change}");
            return new(200, new { id = task.Id, title = task.Title });
        });
        Map("tasks.delete", "DELETE /projects/{projectId}/tasks/{taskId} - Delete a task", "projectId:integer! taskId:integer!", arguments =>
        {
            Effects.Add($"delete {Int(arguments, "projectId")}/{Int(arguments, "taskId")}");
            return new(204);
        });
        Map("comments.list", "GET /projects/{projectId}/tasks/{taskId}/comments - List comments", "projectId:integer! taskId:integer!", arguments =>
        {
            Effects.Add($"comments of {Int(arguments, "taskId")}");
            return new(200, new { items = new[] { new { id = 9, body = "Soon" } } });
        });
        Map("comments.create", "POST /projects/{projectId}/tasks/{taskId}/comments - Add a comment", "projectId:integer! taskId:integer! body:string!", arguments =>
        {
            if (!_tasks.Exists(task => task.Id == Int(arguments, "taskId") && task.Project == Int(arguments, "projectId")))
            {
                return Problem(404, "No such task in that project.");
            }

            Effects.Add($"comment {Int(arguments, "taskId")} {Text(arguments, "body")}");
            return new(201, new { id = 10, body = Text(arguments, "body") });
        });
    }
}
