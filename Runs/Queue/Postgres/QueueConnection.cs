using System.Globalization;
using System.Net;
using ApeTest.Scenarios;
using Npgsql;

namespace ApeTest.Runs.Queue.Postgres;

/// <summary>
/// Where the run queue's PostgreSQL is, as <c>APETEST_QUEUE</c> says it: <c>postgres://user:password@host:port/database?password_file=...&amp;sslmode=...</c>,
/// or an Npgsql keyword string (<c>Host=...;Username=...;Password File=...</c>). A password file is read each time a queue is opened, and trimmed.
/// </summary>
public sealed class QueueConnection
{
    private const string Hint = "APETEST_QUEUE is `memory`, `postgres://user@host:5432/database?password_file=/run/secrets/queue`, or an Npgsql connection string.";

    private const string ServiceHint = "Name a PostgreSQL server there, such as postgres://user@127.0.0.1:5432/apetest?password_file=FILE; docs/distributed.md says more.";

    private readonly NpgsqlConnectionStringBuilder _settings;
    private readonly string? _passwordFile;

    private QueueConnection(NpgsqlConnectionStringBuilder settings, string? passwordFile)
    {
        (_settings, _passwordFile) = (settings, passwordFile);
        Display = string.Create(CultureInfo.InvariantCulture, $"{settings.Host}:{settings.Port}/{settings.Database ?? settings.Username}");
    }

    /// <summary><c>host:port/database</c>, without secrets.</summary>
    public string Display { get; }

    /// <summary>Whether the server is on this machine: a loopback address or a Unix socket.</summary>
    internal bool IsLoopback => _settings.Host is { } host
        && (host is "localhost" || host.StartsWith('/') || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address)));

    /// <summary>Whether <paramref name="text"/> names a PostgreSQL server rather than <c>memory</c>.</summary>
    public static bool IsPostgres(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return IsUrl(text) || text.Contains('=', StringComparison.Ordinal);
    }

    /// <summary>Where a service that is a process of its own takes its runs from. <c>memory</c>, or nothing, cannot serve one: <see cref="ApeTestException"/> (exit 2).</summary>
    /// <param name="text">The variable's value; null: not set.</param>
    /// <param name="service">Name of the service, for messages.</param>
    public static QueueConnection OfService(string? text, string service) => text switch
    {
        null or "" => throw new ApeTestException($"The {service} takes its runs from APETEST_QUEUE, which is not set.", ServiceHint, ExitCodes.Input),
        "memory" => throw new ApeTestException($"APETEST_QUEUE=memory lives inside one process: the {service} would never see a run in it.", ServiceHint, ExitCodes.Input),
        _ => Parse(text),
    };

    /// <summary>Reads either form. What is wrong with it throws <see cref="ApeTestException"/> (exit 2), which never tells the password.</summary>
    public static QueueConnection Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!IsPostgres(text))
        {
            throw Invalid("it is neither a postgres:// URL nor a connection string");
        }
        var (settings, passwordFile) = IsUrl(text) ? FromUrl(text) : FromKeywords(text);
        if (string.IsNullOrEmpty(settings.Host))
        {
            throw Invalid("it names no host");
        }
        if (passwordFile is not null && !string.IsNullOrEmpty(settings.Password))
        {
            throw Invalid("it has both a password and a password file");
        }
        return new QueueConnection(settings, passwordFile);
    }

    /// <summary>The connection string with its password. A password file that cannot be read throws <see cref="ApeTestException"/> (exit 2).</summary>
    internal NpgsqlConnectionStringBuilder Open()
    {
        var settings = new NpgsqlConnectionStringBuilder(_settings.ConnectionString);
        if (_passwordFile is not null)
        {
            try
            {
                settings.Password = File.ReadAllText(_passwordFile).Trim();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new ApeTestException($"The password file of the run queue cannot be read: {exception.Message}", "It is named by `password_file` in APETEST_QUEUE.", ExitCodes.Input, exception);
            }
        }
        return settings;
    }

    private static bool IsUrl(string text) =>
        text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    private static (NpgsqlConnectionStringBuilder Settings, string? PasswordFile) FromUrl(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            throw Invalid("the URL is malformed; characters such as @, / and : in user and password are written %40, %2F, %3A");
        }
        var settings = new NpgsqlConnectionStringBuilder { Host = url.Host.Trim('[', ']'), Port = url.IsDefaultPort || url.Port < 0 ? NpgsqlConnection.DefaultPort : url.Port };
        if (url.UserInfo.Split(':', 2) is [{ Length: > 0 } user, ..] parts)
        {
            settings.Username = Uri.UnescapeDataString(user);
            settings.Password = parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : null;
        }
        if (url.AbsolutePath.Length > 1)
        {
            settings.Database = Uri.UnescapeDataString(url.AbsolutePath[1..]);
        }
        string? passwordFile = null;
        foreach (var parameter in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var pair = parameter.Split('=', 2);
            var (name, value) = (Uri.UnescapeDataString(pair[0]), pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : "");
            if (name is "password_file")
            {
                passwordFile = value;
            }
            else
            {
                Set(settings, name switch { "sslmode" => "SSL Mode", "sslrootcert" => "Root Certificate", "connect_timeout" => "Timeout", "application_name" => "Application Name", _ => name },
                    name is "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value);
            }
        }
        return (settings, passwordFile);
    }

    private static (NpgsqlConnectionStringBuilder Settings, string? PasswordFile) FromKeywords(string text)
    {
        var keywords = new System.Data.Common.DbConnectionStringBuilder();
        try
        {
            keywords.ConnectionString = text;
        }
        catch (ArgumentException)
        {
            // Its message would repeat the text.
            throw Invalid("it is no list of `keyword=value;`");
        }
        var settings = new NpgsqlConnectionStringBuilder();
        string? passwordFile = null;
        foreach (string keyword in keywords.Keys!)
        {
            var value = Convert.ToString(keywords[keyword], CultureInfo.InvariantCulture) ?? "";
            if (keyword.Replace(" ", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).Equals("passwordfile", StringComparison.OrdinalIgnoreCase))
            {
                passwordFile = value;
            }
            else
            {
                Set(settings, keyword, value);
            }
        }
        return (settings, passwordFile);
    }

    private static void Set(NpgsqlConnectionStringBuilder settings, string keyword, string value)
    {
        try
        {
            settings[keyword] = value;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException or KeyNotFoundException or OverflowException)
        {
            throw Invalid($"the setting `{keyword}` is unknown or has no such value");
        }
    }

    private static ApeTestException Invalid(string problem) => new($"APETEST_QUEUE is not understood: {problem}.", Hint, ExitCodes.Input);
}
