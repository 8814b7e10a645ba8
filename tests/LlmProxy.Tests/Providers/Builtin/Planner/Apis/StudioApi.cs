namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>A photo studio: terse summaries, operations named by tag and action, prices in cents, sessions moved by PUT, galleries shared by e-mail.</summary>
internal sealed class StudioApi : SimulatedApi
{
    public StudioApi()
    {
        Map("AuthController_login", "POST /api/auth/login - Login", "email:string(email)! password:string!", arguments => Text(arguments, "email") == "mia@studio.test" && Text(arguments, "password") == "Lens#9" ? new(200, new { accessToken = "t", expiresIn = 900 }) : Problem(401, "no"));
        Map("PackagesController_findAll", "GET /api/packages - Packages", "", _ => new(200, new { packages = new[] { new { _id = "64a1", name = "Portrait", priceCents = 9900, minutes = 45 }, new { _id = "64a2", name = "Wedding", priceCents = 89900, minutes = 480 }, new { _id = "64a3", name = "Passport", priceCents = 1500, minutes = 10 } } }));
        Map("PhotographersController_findAll", "GET /api/photographers - Photographers", "", _ => new(200, new { photographers = new[] { new { _id = "77b1", name = "Ole Ring", rating = 4.2 }, new { _id = "77b2", name = "Ada Moss", rating = 4.9 } } }));
        Map("ShootsController_create", "POST /api/shoots - Create", "packageId:string! photographerId:string! startsAt:string(date-time)! location:studio|outdoor notes:string", arguments =>
        {
            Effects.Add($"shoot {Text(arguments, "packageId")} {Text(arguments, "photographerId")} {Text(arguments, "startsAt")} {Text(arguments, "location")}".TrimEnd());
            return new(201, new { shoot = new { _id = "88c1", status = "planned" } });
        });
        Map("ShootsController_findAll", "GET /api/shoots - Shoots", "status:planned|done|cancelled", _ => new(200, new { shoots = new[] { new { _id = "88c7", title = "Spring campaign", status = "planned" }, new { _id = "88c8", title = "Team photos", status = "planned" } } }));
        Map("ShootsController_reschedule", "PUT /api/shoots/{id}/schedule - Reschedule", "id:string! startsAt:string(date-time)!", arguments => { Effects.Add($"move {Text(arguments, "id")} {Text(arguments, "startsAt")}"); return new(200, new { }); });
        Map("ShootsController_cancel", "POST /api/shoots/{id}/cancel - Cancel", "id:string! reason:string", arguments => { Effects.Add($"cancel {Text(arguments, "id")} {Text(arguments, "reason")}".TrimEnd()); return new(200, new { }); });
        Map("GalleriesController_create", "POST /api/shoots/{shootId}/galleries - Create", "shootId:string! title:string! isPublic:boolean", arguments =>
        {
            Effects.Add($"gallery {Text(arguments, "shootId")} {Text(arguments, "title")} {Text(arguments, "isPublic")}".TrimEnd());
            return new(201, new { gallery = new { _id = "99d1", title = Text(arguments, "title") } });
        });
        Map("GalleriesController_share", "POST /api/galleries/{id}/shares - Share", "id:string! email:string(email)! canDownload:boolean", arguments => { Effects.Add($"share {Text(arguments, "id")} {Text(arguments, "email")} {Text(arguments, "canDownload")}".TrimEnd()); return new(201, new { }); });
    }
}
