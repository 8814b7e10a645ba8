using ApeTest.Runs.Queue.Postgres;
using ApeTest.Scenarios;
using ApeTest.Tests.Shared;
using Npgsql;

namespace ApeTest.Runs.Tests.Queue;

public sealed class QueueConnectionTests
{
    [Theory]
    [InlineData("postgres://ape:se%3Acret@db.example:6543/tests?sslmode=verify-full", "db.example:6543/tests", "se:cret", SslMode.VerifyFull)]
    [InlineData("postgresql://ape:secret@[::1]/tests", "::1:5432/tests", "secret", SslMode.Prefer)]
    [InlineData("Host=db.example;Username=ape;Password='se;cret';Database=tests;SSL Mode=Require", "db.example:5432/tests", "se;cret", SslMode.Require)]
    public void Parse_EitherForm_IsUnderstood(string text, string display, string password, SslMode ssl)
    {
        var connection = QueueConnection.Parse(text);

        var settings = connection.Open();
        Assert.Equal((display, "ape", password, ssl), (connection.Display, settings.Username, settings.Password, settings.SslMode));
    }

    [Theory]
    [InlineData("postgres://ape@db.example/tests?password_file={0}")]
    [InlineData("Host=db.example;Username=ape;Password File={0}")]
    public void Open_APasswordFile_IsReadAndTrimmedEachTime(string text)
    {
        using var folder = new TempDirectory();
        var file = Path.Combine(folder.Path, "password");
        File.WriteAllText(file, "from-file\n");
        var connection = QueueConnection.Parse(string.Format(System.Globalization.CultureInfo.InvariantCulture, text, file));

        Assert.Equal("from-file", connection.Open().Password);
        File.Delete(file);
        var refused = Assert.Throws<ApeTestException>(connection.Open);
        Assert.Equal(ExitCodes.Input, refused.ExitCode);
        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("memory", "neither")]
    [InlineData("postgres://ape:hidden-pw@:99999999/x", "malformed")]
    [InlineData("Username=ape;Password=hidden-pw", "names no host")]
    [InlineData("Host=db;Password=hidden-pw;Colour=blue", "`colour`")]
    [InlineData("postgres://ape:hidden-pw@db/x?sslmode=perhaps", "`SSL Mode`")]
    [InlineData("postgres://ape:hidden-pw@db/x?password_file=/run/secrets/q", "both a password and a password file")]
    [InlineData("Host=db;Username=ape;Password=hidden-pw;rest", "keyword=value")]
    [InlineData("Host=db;Password=hidden-pw;;=", "keyword=value")]
    public void Parse_WhatCannotBe_SaysWhatWithoutThePassword(string text, string what)
    {
        var refused = Assert.Throws<ApeTestException>(() => QueueConnection.Parse(text));

        Assert.Equal(ExitCodes.Input, refused.ExitCode);
        Assert.Contains(what, refused.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("hidden-pw", refused.ToString(), StringComparison.Ordinal);
    }
}
