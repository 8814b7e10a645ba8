using ApeTest.AppHost.Options;

namespace ApeTest.Hosting.Tests.AppHost;

public sealed class AppHostOptionsTests
{
    [Fact]
    public void Parse_Nothing_IsTheWholeStackForCompose()
    {
        var options = AppHostOptions.Parse([]);
        Assert.True(options.Containers);
        Assert.False(options.Ollama);
        Assert.Equal(PublishTarget.Compose, options.PublishTo);
        Assert.Empty(options.Others);
        Assert.Null(options.Error);
    }

    [Fact]
    public void Parse_OurFlags_AreTakenOutOfAspires()
    {
        var options = AppHostOptions.Parse(["--no-containers", "--operation", "publish", "--publish-to", "kubernetes", "--step", "publish", "--Parameters:workers=4"]);
        Assert.False(options.Containers);
        Assert.Equal(PublishTarget.Kubernetes, options.PublishTo);
        Assert.Equal(["--operation", "publish", "--step", "publish", "--Parameters:workers=4"], options.Others);
    }

    [Theory]
    [InlineData("--publish-to=compose")]
    [InlineData("--publish-to=kubernetes")]
    public void Parse_ValueInOneWord_IsRead(string flag) => Assert.Equal(flag.EndsWith("kubernetes", StringComparison.Ordinal), AppHostOptions.Parse([flag]).PublishTo == PublishTarget.Kubernetes);

    [Theory]
    [InlineData("--publish-to", "swarm")]
    [InlineData("--publish-to")]
    [InlineData("--no-containers", "--ollama")]
    public void Parse_WhatCannotBe_IsAnErrorInWords(params string[] args) => Assert.NotNull(AppHostOptions.Parse(args).Error);
}
