namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Appointments: nothing marked as required in bodies, ids as numbers, slots under a doctor, a PATCH to reschedule.</summary>
internal sealed class ClinicApi : SimulatedApi
{
    public List<(int Doctor, int Slot, string Reason)> Appointments { get; } = [];

    public List<int> Cancelled { get; } = [];

    public Dictionary<string, string> Accounts { get; } = [];

    public Dictionary<int, int> Moved { get; } = [];

    private bool _signedIn;

    public ClinicApi()
    {
        Map("registerPatient", "POST /patients - Register a patient account.", "email:string(email) password:string fullName:string", arguments =>
        {
            Accounts[Text(arguments, "email")] = Text(arguments, "password");
            return new(201, new { patientId = 31 });
        });
        Map("login", "POST /login - Log in.", "email:string(email) password:string", arguments =>
        {
            _signedIn = Accounts.GetValueOrDefault(Text(arguments, "email")) == Text(arguments, "password");
            return _signedIn ? new(200, new { token = "t", patient = new { id = 31 } }) : Problem(401, "Unknown e-mail or password.");
        });
        Map("searchDoctors", "GET /doctors/search - Find doctors.", "specialty:string city:string", arguments => new(200, new[]
        {
            new { id = 1, name = "Dr. Adams", specialty = "dermatology", city = "Berlin", rating = 4.1 },
            new { id = 2, name = "Dr. Brandt", specialty = "dermatology", city = "Berlin", rating = 4.9 },
            new { id = 3, name = "Dr. Cohen", specialty = "cardiology", city = "Hamburg", rating = 4.5 },
        }.Where(doctor => Text(arguments, "specialty").Length == 0 || doctor.specialty.StartsWith(Text(arguments, "specialty"), StringComparison.OrdinalIgnoreCase))));
        Map("listSlots", "GET /doctors/{doctorId}/slots - Free times of a doctor.", "doctorId:integer! date:string(date)", arguments =>
            new(200, new { slots = new[] { new { slotId = (Int(arguments, "doctorId") * 10) + 1, start = "2026-12-01T09:00:00Z", available = false }, new { slotId = (Int(arguments, "doctorId") * 10) + 2, start = "2026-12-01T10:00:00Z", available = true }, new { slotId = (Int(arguments, "doctorId") * 10) + 3, start = "2026-12-02T10:00:00Z", available = true } } }));
        Map("createAppointment", "POST /appointments - Book an appointment.", "doctorId:integer slotId:integer reason:string", arguments =>
        {
            if (!_signedIn)
            {
                return Problem(401, "Log in.");
            }

            if (Int(arguments, "slotId") / 10 != Int(arguments, "doctorId") || Int(arguments, "slotId") % 10 == 1)
            {
                return Problem(409, "The slot is not free.");
            }

            Appointments.Add((Int(arguments, "doctorId"), Int(arguments, "slotId"), Text(arguments, "reason")));
            return new(201, new { id = 900 + Appointments.Count, doctorId = Int(arguments, "doctorId"), slotId = Int(arguments, "slotId") });
        });
        Map("listAppointments", "GET /appointments - Your appointments.", "", _ => new(200, new { appointments = Appointments.Select((_, i) => new { id = 901 + i }) }));
        Map("cancelAppointment", "DELETE /appointments/{id} - Cancel an appointment.", "id:integer!", arguments =>
        {
            Cancelled.Add(Int(arguments, "id"));
            return new(204);
        });
    }
}
