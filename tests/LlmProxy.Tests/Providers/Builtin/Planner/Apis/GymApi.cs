using System.Globalization;
using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Gym classes: HAL-like lists, Location as the only place of an id, a waiting list where a class is full, members by e-mail.</summary>
internal sealed class GymApi : SimulatedApi
{
    private static readonly (int Id, string Title, string Coach, string Start, int Spots)[] Classes =
    [
        (71, "Yoga", "Mara Stone", "2026-11-24T18:00:00Z", 0), (72, "Yoga", "Mara Stone", "2026-11-26T18:00:00Z", 4), (73, "Spinning", "Leo Park", "2026-11-25T07:00:00Z", 9), (74, "Boxing", "Leo Park", "2026-11-27T19:00:00Z", 1),
    ];

    public GymApi()
    {
        Map("getClasses", "GET /v2/classes - Timetable", "title:string coach:string date:string(date)", arguments => new(200, new
        {
            _embedded = new
            {
                classes = Classes.Where(entry => Text(arguments, "title").Length == 0 || entry.Title.Equals(Text(arguments, "title"), StringComparison.OrdinalIgnoreCase))
                    .Where(entry => Text(arguments, "coach").Length == 0 || entry.Coach == Text(arguments, "coach")).Where(entry => Text(arguments, "date").Length == 0 || entry.Start.StartsWith(Text(arguments, "date"), StringComparison.Ordinal))
                    .Select(entry => new { id = entry.Id, title = entry.Title, coach = entry.Coach, startsAt = entry.Start, spotsLeft = entry.Spots }),
            },
        }));
        Map("joinClass", "POST /v2/classes/{classId}/enrollments - Enroll in a class", "classId:integer! memberEmail:string(email)!", arguments =>
        {
            if (Classes.Single(entry => entry.Id == Int(arguments, "classId")).Spots == 0)
            {
                return Problem(409, "The class is full. There is a waiting list.");
            }

            Effects.Add($"enroll {Int(arguments, "classId")} {Text(arguments, "memberEmail")}");
            return new(201, null, "/v2/enrollments/900");
        });
        Map("joinWaitingList", "POST /v2/classes/{classId}/waiting-list - Put a member on the waiting list", "classId:integer! memberEmail:string(email)!", arguments => { Effects.Add($"wait {Int(arguments, "classId")} {Text(arguments, "memberEmail")}"); return new(201, new { position = 1 }); });
        Map("leaveClass", "DELETE /v2/enrollments/{enrollmentId} - Leave a class", "enrollmentId:integer!", arguments => { Effects.Add($"leave {Int(arguments, "enrollmentId")}"); return new(204); });
        Map("getEnrollments", "GET /v2/enrollments - Enrollments of a member", "memberEmail:string(email)!", _ => new(200, new { _embedded = new { enrollments = new[] { new { id = 801, @class = new { id = 73, title = "Spinning" } }, new { id = 802, @class = new { id = 74, title = "Boxing" } } } } }));
    }
}
