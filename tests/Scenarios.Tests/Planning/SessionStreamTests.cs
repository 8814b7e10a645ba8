using ApeTest.Scenarios.Planning;
using ApeTest.Scenarios.Tests.Loading;

namespace ApeTest.Scenarios.Tests.Planning;

public sealed class SessionStreamTests
{
    [Fact]
    public void Key_KnownInputs_IsTheDocumentedMix()
    {
        // Python: mix(mix(mix(42) ^ (3 << 32 | 5)) ^ 3) with SplitMix64's step, whose first output for 0 is known from its authors.
        Assert.Equal(Mix(Mix(Mix(42) ^ ((3UL << 32) | 5)) ^ 3), SessionStream.Key(42, 3, 5, SessionStream.ThinkPurpose));
        Assert.Equal(0xE220A8397B1DCDAFUL, Mix(0));

        static ulong Mix(ulong value)
        {
            var z = unchecked(value + 0x9E3779B97F4A7C15);
            z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
            z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
            return z ^ (z >> 31);
        }
    }

    [Fact]
    public void Next_SameSession_IsTheSameAndOthersDiffer()
    {
        ulong First(long seed, int slot, int session, uint purpose) => new SessionStream(seed, slot, session, purpose).NextUInt64();

        Assert.Equal(First(1, 2, 3, 4), First(1, 2, 3, 4));
        var all = new HashSet<ulong>();
        for (var slot = -1; slot < 100; slot++)
        {
            for (var session = 0; session < 100; session++)
            {
                Assert.True(all.Add(First(1, slot, session, 3)));
            }
        }
        Assert.True(all.Add(First(2, 0, 0, 3)));
        Assert.True(all.Add(First(1, 0, 0, 4)));
    }

    [Fact]
    public void NextDouble_ManyDraws_AreUniform()
    {
        var stream = new SessionStream(9, 1, 1, SessionStream.ChancePurpose);
        var tenths = new int[10];
        for (var i = 0; i < 100_000; i++)
        {
            tenths[(int)(stream.NextDouble() * 10)]++;
        }

        Assert.All(tenths, static count => Assert.InRange(count, 9_600, 10_400));
    }

    [Fact]
    public void Struct_Size_IsThatOfItsState() => Assert.Equal(32, System.Runtime.CompilerServices.Unsafe.SizeOf<SessionStream>());

    [Fact]
    public void Mix_Weights_AreSharesOfSessions()
    {
        var mix = new SessionMix(Yaml.Valid("""
            target: { url: http://127.0.0.1:1 }
            goals: [ { goal: a, weight: 1 }, { goal: b, weight: 1 } ]
            journeys: [ { weight: 5, steps: [ { get: / } ] }, { weight: 3, steps: [ { get: / } ] } ]
            personas: [ { weight: 1 }, { weight: 3 } ]
            """));
        var (picks, personas) = (new int[3], new int[2]);
        for (var session = 0; session < 100_000; session++)
        {
            picks[mix.Pick(11, session % 7, session) + 1]++;
            personas[mix.Persona(11, session % 7, session)!.Value]++;
        }

        Assert.InRange(picks[0], 19_400, 20_600);
        Assert.InRange(picks[1], 49_300, 50_700);
        Assert.InRange(personas[0], 24_400, 25_600);
    }

    [Fact]
    public void Mix_OneKind_IsAlwaysThat()
    {
        Assert.Equal(SessionMix.Goal, new SessionMix(Yaml.Valid(Yaml.Minimal)).Pick(1, 2, 3));
        var journeys = new SessionMix(Yaml.Valid("target: { url: http://127.0.0.1:1 }\njourneys: [ { steps: [ { get: / } ] } ]"));
        Assert.Equal((0, null), (journeys.Pick(1, 2, 3), journeys.Persona(1, 2, 3)));
    }

    [Fact]
    public void Mix_Pick_AllocatesNothing()
    {
        var mix = new SessionMix(Yaml.Valid(Yaml.Minimal + "journeys: [ { steps: [ { get: / } ] } ]"));
        mix.Pick(1, 2, 3);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var session = 0; session < 1000; session++)
        {
            var stream = new SessionStream(1, 2, session + mix.Pick(1, 2, session), SessionStream.ThinkPurpose);
            _ = stream.NextDouble();
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
