using ApeTest.Cli.Deploy;
using ApeTest.Cli.Rendering;
using ApeTest.Cli.Signals;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Images;

/// <summary>Builds the images one after the other. What was built before a failure stays.</summary>
internal sealed class ImagesRun(CliEnvironment environment, ImagesRequest request)
{
    /// <summary>1. Judge the input. 2. Ask the engine. 3. Publish, build and push each service.</summary>
    public async Task<int> RunAsync()
    {
        // 1. Input.
        using var ladder = new StopLadder(environment.Signals);
        var services = request.Chosen();
        var build = new ImageBuild(environment, SourceCheckout.Find(AppContext.BaseDirectory, environment.CurrentDirectory));
        try
        {
            // 2. The engine and the runtime image: before minutes of building for what is not there.
            var runtime = await build.RuntimeAsync(ladder.Drain);
            await build.ReadyAsync(request.BaseImage, ladder.Drain);

            // 3. Images.
            for (var i = 0; i < services.Count; i++)
            {
                await BuildAsync(build, services[i], $"[{i + 1}/{services.Count}] {services[i].Name}", runtime, ladder.Drain);
            }
        }
        catch (OperationCanceledException) when (ladder.ExitCode is { } code)
        {
            environment.Error.WriteLine("stopped; the images that are listed were built");
            return code;
        }
        if (request.Registry is { } registry)
        {
            environment.Error.WriteLine($"a stack uses them with: APE_IMAGES={registry.TrimEnd('/')}/apetest APE_TAG={request.Tag} APE_PULL=missing");
        }
        return ExitCodes.Done;
    }

    private async Task BuildAsync(ImageBuild build, ServiceImage service, string step, string runtime, CancellationToken cancellationToken)
    {
        environment.Error.WriteLine($"{step}: publish for {runtime}");
        var context = await build.PublishAsync(service, runtime, cancellationToken);
        environment.Error.WriteLine($"{step}: build on {request.BaseImage}");
        var tags = request.Tags(service);
        var size = await build.BuildAsync(service, context, request.BaseImage, tags, cancellationToken);
        foreach (var pushed in tags.Skip(1))
        {
            environment.Error.WriteLine($"{step}: push {pushed}");
            await build.PushAsync(pushed, cancellationToken);
        }
        environment.Out.WriteLine($"{tags[^1]}  {Show.Bytes(size)}");
        await environment.Out.FlushAsync(cancellationToken);
    }
}
