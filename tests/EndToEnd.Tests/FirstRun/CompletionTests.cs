using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.FirstRun;

/// <summary>The completion scripts in the shells that they are for.</summary>
public sealed class CompletionTests
{
    // What a person has: a program of that name on the PATH.
    private const string Install = "printf '#!/bin/sh\\nexec %s \"$@\"\\n' \"$APE\" >ape-test && chmod +x ape-test && PATH=$PWD:$PATH && export PATH && ";

    [Theory]
    [InlineData("ape-test sta", "start status")]
    [InlineData("ape-test start --mod", "--model")]
    [InlineData("ape-test init --template gr", "graphql")]
    [InlineData("ape-test status 2026", "20261121-131502-7f3a")]
    public async Task Bash_SourcedScript_Completes(string line, string expected)
    {
        Requires.Command("bash");
        using var directory = WithARun();
        await File.WriteAllTextAsync(directory.Combine("try.bash"), $$"""
            source <(ape-test completion bash)
            complete -p ape-test >/dev/null || exit 1
            COMP_WORDS=({{line}}); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _ape_test
            echo "${COMPREPLY[@]}"
            """, TestContext.Current.CancellationToken);

        Assert.Equal(expected, (await ApeShell.RunAsync(directory, Install + "bash --norc try.bash")).Trim());
    }

    [Theory]
    [InlineData("ape-test sta", "start status")]
    [InlineData("ape-test init --template gr", "graphql")]
    [InlineData("ape-test status 2026", "20261121-131502-7f3a")]
    public async Task Fish_SourcedScript_Completes(string line, string expected)
    {
        Requires.Command("fish");
        using var directory = WithARun();
        await File.WriteAllTextAsync(directory.Combine("try.fish"), $"ape-test completion fish | source\ncomplete -C '{line}' | cut -f1\n", TestContext.Current.CancellationToken);

        var output = await ApeShell.RunAsync(directory, Install + "HOME=$PWD fish --no-config try.fish");

        Assert.Equal(expected.Split(' '), output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("ape-test sta", "start status")]
    [InlineData("ape-test init --template gr", "graphql")]
    [InlineData("ape-test status 2026", "20261121-131502-7f3a")]
    public async Task Zsh_SourcedScript_Completes(string line, string expected)
    {
        Requires.Command("zsh");
        using var directory = WithARun();
        // Outside the line editor nothing is shown: what would be is printed instead.
        await File.WriteAllTextAsync(directory.Combine("try.zsh"), $$"""
            autoload -Uz compinit && compinit -u -d $PWD/dump
            source <(ape-test completion zsh)
            [[ ${_comps[ape-test]} == _ape-test ]] || exit 1
            _describe() { print -l -- ${${(P)2}%%:*} }
            words=({{line}}); CURRENT=${#words}
            _ape-test
            """, TestContext.Current.CancellationToken);

        var output = await ApeShell.RunAsync(directory, Install + "zsh -f try.zsh");

        Assert.Equal(expected.Split(' '), output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static TempDirectory WithARun()
    {
        var directory = new TempDirectory();
        Directory.CreateDirectory(directory.Combine(".ape", "runs", "20261121-131502-7f3a"));
        return directory;
    }
}
