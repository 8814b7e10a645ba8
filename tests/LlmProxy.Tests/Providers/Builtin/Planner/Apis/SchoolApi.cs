namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>School: pupils and courses joined by enrollments, grades by PUT, a map by id instead of a list.</summary>
internal sealed class SchoolApi : SimulatedApi
{
    public SchoolApi()
    {
        Map("students_list", "GET /students - List students", "name:string", _ => new(200, new { students = new[] { new { id = 101, first_name = "Mina", last_name = "Sato", year = 9 }, new { id = 102, first_name = "Omar", last_name = "Haddad", year = 10 } } }));
        Map("students_create", "POST /students - Add a student", "first_name:string! last_name:string! year:integer birth_date:string(date)", arguments =>
        {
            Effects.Add($"student {Text(arguments, "first_name")} {Text(arguments, "last_name")} {Text(arguments, "year")} {Text(arguments, "birth_date")}".TrimEnd());
            return new(201, new { id = 109 });
        });
        Map("courses_list", "GET /courses - List courses", "", _ => new(200, new Dictionary<string, object> { ["MATH9"] = new { code = "MATH9", title = "Algebra", teacher = "Ms. Brown" }, ["BIO10"] = new { code = "BIO10", title = "Biology", teacher = "Mr. Green" } }));
        Map("enrollments_create", "POST /enrollments - Enroll a student in a course", "student_id:integer! course_code:string!", arguments => { Effects.Add($"enroll {Int(arguments, "student_id")} {Text(arguments, "course_code")}"); return new(201, new { enrollment_id = 5001 }); });
        Map("enrollments_list", "GET /enrollments - List enrollments", "student_id:integer course_code:string", _ => new(200, new { enrollments = new[] { new { enrollment_id = 5000, student = new { id = 102, name = "Omar Haddad" }, course = new { code = "BIO10", title = "Biology" } }, new { enrollment_id = 4999, student = new { id = 101, name = "Mina Sato" }, course = new { code = "BIO10", title = "Biology" } } } }));
        Map("enrollments_grade", "PUT /enrollments/{enrollment_id}/grade - Set the grade of an enrollment", "enrollment_id:integer! grade:A|B|C|D|F!", arguments => { Effects.Add($"grade {Int(arguments, "enrollment_id")} {Text(arguments, "grade")}"); return new(200, new { }); });
        Map("enrollments_delete", "DELETE /enrollments/{enrollment_id} - Withdraw a student from a course", "enrollment_id:integer!", arguments => { Effects.Add($"withdraw {Int(arguments, "enrollment_id")}"); return new(204); });
    }
}
