using System.Text.RegularExpressions;
using ApeTest.Cli.Deploy;
using ApeTest.Cli.Errors;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Images;

/// <summary>What <c>images</c> was asked to do.</summary>
/// <param name="Services">Names of the services; none: all.</param>
/// <param name="Tag">Tag.</param>
/// <param name="BaseImage">Runtime image.</param>
/// <param name="Registry">Where they are pushed; null: nowhere.</param>
internal sealed partial record ImagesRequest(IReadOnlyList<string> Services, string Tag, string BaseImage, string? Registry)
{
    /// <summary>What is built. A name, tag or registry that cannot be throws <see cref="ApeTestException"/> (exit 2).</summary>
    public IReadOnlyList<ServiceImage> Chosen()
    {
        if (!TagPattern().IsMatch(Tag))
        {
            throw new ApeTestException($"--tag '{Tag}' is no image tag", "Use letters, digits, '.', '_' and '-', for example --tag 1.4.0.", ExitCodes.Input);
        }
        if (Registry is { } registry && !RegistryPattern().IsMatch(registry))
        {
            throw new ApeTestException($"--push '{registry}' is no registry", "Write its host and, where it has one, its path, without a scheme: --push registry.example/team.", ExitCodes.Input);
        }
        return Services.Count == 0 ? ServiceImage.All : [.. Services.Distinct().Select(Known)];
    }

    /// <summary>The names that the image of a service gets: the local one, and the registry's.</summary>
    public IReadOnlyList<string> Tags(ServiceImage service) => Registry is null
        ? [$"{service.Repository}:{Tag}"]
        : [$"{service.Repository}:{Tag}", $"{Registry.TrimEnd('/')}/{service.Repository}:{Tag}"];

    private static ServiceImage Known(string name)
    {
        var names = ServiceImage.All.Select(static service => service.Name);
        return ServiceImage.All.FirstOrDefault(service => service.Name == name) ?? throw new ApeTestException($"--service '{name}' has no image",
            UnknownWord.Nearest(name, names) is { } meant ? $"Did you mean '{meant}'?" : $"Known: {string.Join(", ", names)}.", ExitCodes.Input);
    }

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$", RegexOptions.CultureInvariant)]
    private static partial Regex TagPattern();

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]+)?(/[a-z0-9._-]+)*/?$", RegexOptions.CultureInvariant)]
    private static partial Regex RegistryPattern();
}
