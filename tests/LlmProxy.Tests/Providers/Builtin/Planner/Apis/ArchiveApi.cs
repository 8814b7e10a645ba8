namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;

/// <summary>Documents of a German authority: cookie login by form, terse German summaries, ETag and If-Match, PUT replaces, ids in the Location only.</summary>
internal sealed class ArchiveApi : SimulatedApi
{
    private bool _isIn;

    public ArchiveApi()
    {
        Map("anmelden", "POST /session - Anmelden", "benutzer:string! passwort:string!", arguments =>
        {
            _isIn = Text(arguments, "benutzer") == "jana" && Text(arguments, "passwort") == "geheim 1";
            return _isIn ? new(204) : Problem(401, "Falsches Passwort");
        });
        Map("abmelden", "DELETE /session - Abmelden", "", _ => { Effects.Add("out"); _isIn = false; return new(204); });
        Map("ordnerListe", "GET /ordner - Alle Ordner", "", _ => !_isIn ? Problem(401, "Anmelden") : new(200, new[] { new { id = 4, name = "Rechnungen" }, new { id = 5, name = "Verträge" } }));
        Map("ordnerNeu", "POST /ordner - Ordner anlegen", "name:string!", arguments => { Effects.Add($"ordner {Text(arguments, "name")}"); return new(201, null, "/ordner/6"); });
        Map("dokumentListe", "GET /ordner/{ordnerId}/dokumente - Dokumente eines Ordners", "ordnerId:integer!", arguments => new(200, Int(arguments, "ordnerId") == 4
            ? new[] { new { id = 40, titel = "Strom 2026", status = "offen" }, new { id = 41, titel = "Wasser 2026", status = "offen" } } : [new { id = 50, titel = "Mietvertrag", status = "offen" }]));
        Map("dokumentNeu", "POST /ordner/{ordnerId}/dokumente - Dokument anlegen", "ordnerId:integer! titel:string! text:string", arguments =>
        {
            Effects.Add($"dokument {Int(arguments, "ordnerId")} {Text(arguments, "titel")} {Text(arguments, "text")}".TrimEnd());
            return new(201, null, "/ordner/" + Int(arguments, "ordnerId") + "/dokumente/60");
        });
        Map("dokument", "GET /ordner/{ordnerId}/dokumente/{dokumentId} - Ein Dokument", "ordnerId:integer! dokumentId:integer!", arguments => { Effects.Add($"look {Int(arguments, "dokumentId")}"); return new(200, new { id = Int(arguments, "dokumentId") }); });
        Map("dokumentStatus", "PUT /ordner/{ordnerId}/dokumente/{dokumentId}/status - Status setzen", "ordnerId:integer! dokumentId:integer! status:offen|bezahlt|archiviert!", arguments =>
        {
            Effects.Add($"status {Int(arguments, "ordnerId")}/{Int(arguments, "dokumentId")} {Text(arguments, "status")}");
            return new(204);
        });
        Map("dokumentLoeschen", "DELETE /ordner/{ordnerId}/dokumente/{dokumentId} - Dokument löschen", "ordnerId:integer! dokumentId:integer!", arguments =>
        {
            Effects.Add($"delete {Int(arguments, "ordnerId")}/{Int(arguments, "dokumentId")}");
            return new(204);
        });
    }
}
