using System.Text.Json;

namespace ApeTest.Journey_Target;

/// <summary>Requests by route, refused or not, and by the second of this process's clock in which they were answered, for three hours.</summary>
internal sealed class Counters(TimeProvider clock)
{
    private const int MostSeconds = 3 * 60 * 60;

    private static readonly Route[] Routes = Enum.GetValues<Route>();

    private readonly long _began = clock.GetTimestamp();
    private readonly long[] _answered = new long[Routes.Length];
    private readonly long[] _refused = new long[Routes.Length];
    private readonly int[] _requests = new int[MostSeconds];
    private readonly int[] _logins = new int[MostSeconds];

    public void Count(Route route, int status)
    {
        Interlocked.Increment(ref (status < StatusCodes.Status400BadRequest ? _answered : _refused)[(int)route]);
        var second = (int)clock.GetElapsedTime(_began).TotalSeconds;
        if (second < MostSeconds)
        {
            Interlocked.Increment(ref _requests[second]);
            if (route == Route.Login)
            {
                Interlocked.Increment(ref _logins[second]);
            }
        }
    }

    /// <summary>Totals. <c>orders</c> are proven ones: a token, a product of that session's own list and its own cart led to each.</summary>
    public void WriteTotals(Utf8JsonWriter json, int open)
    {
        long requests = 0, refused = 0;
        json.WriteStartObject();
        json.WriteStartObject("routes");
        foreach (var route in Routes)
        {
            var (good, bad) = (Volatile.Read(ref _answered[(int)route]), Volatile.Read(ref _refused[(int)route]));
            json.WriteStartObject(Name(route));
            json.WriteNumber("answered", good);
            json.WriteNumber("refused", bad);
            json.WriteEndObject();
            requests += good + bad;
            refused += bad;
        }

        json.WriteEndObject();
        json.WriteNumber("requests", requests);
        json.WriteNumber("refused", refused);
        json.WriteNumber("orders", Volatile.Read(ref _answered[(int)Route.Checkout]));
        json.WriteNumber("open", open);
        json.WriteEndObject();
    }

    /// <summary>Counts of each whole second so far: all requests, and those to log in (sessions that started).</summary>
    public void WriteSeconds(Utf8JsonWriter json)
    {
        var whole = Math.Min((int)clock.GetElapsedTime(_began).TotalSeconds, MostSeconds);
        json.WriteStartObject();
        Write("requests", _requests);
        Write("logins", _logins);
        json.WriteEndObject();

        void Write(string name, int[] counts)
        {
            json.WriteStartArray(name);
            for (var i = 0; i < whole; i++)
            {
                json.WriteNumberValue(counts[i]);
            }

            json.WriteEndArray();
        }
    }

    private static string Name(Route route) => route switch
    {
        Route.Login => "login",
        Route.Products => "products",
        Route.Cart => "cart",
        Route.Checkout => "checkout",
        Route.Logout => "logout",
        Route.Plain => "plain",
        _ => "unknown",
    };
}
