using ApeTest.ServiceDefaults.Identity;

namespace ApeTest.ServiceDefaults.Tests.Identity;

public class RequestIdentityTests
{
    [Fact]
    public void Parse_OwnAndForeignMembers_TakesOwn()
    {
        var identity = RequestIdentity.Parse("other=1, ape.run = r%201 ;prop=x,ape.session=3-2,ape.agent=3,ape.action=4,broken,=x")!;
        Assert.Equal(("r 1", "3-2", "3", "4"), (identity.Run, identity.Session, identity.Agent, identity.Action));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("userId=alice,serverNode=DF28")]
    [InlineData("ape.run=")]
    [InlineData("tape.run=1")]
    public void Parse_NothingOfOurs_Null(string? baggage)
    {
        Assert.Null(RequestIdentity.Parse(baggage));
    }

    [Fact]
    public void Parse_LongRun_IsToldByItsHash()
    {
        var (run, other) = (new string('r', 129), new string('r', 130));
        var named = RequestIdentity.Parse("ape.run=" + run)!.Run!;
        Assert.Equal("sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(run))), named);
        Assert.NotEqual(named, RequestIdentity.Parse("ape.run=" + other)!.Run);
        Assert.Equal(named, RequestIdentity.Parse("ape.run=%72" + run[1..])!.Run); // however it is written
        Assert.Equal(run[1..], RequestIdentity.Parse("ape.run=" + run[1..])!.Run);
        Assert.Null(RequestIdentity.Parse("ape.session=" + run));
    }

    [Fact]
    public void ToBaggage_RoundTrips()
    {
        var baggage = new RequestIdentity { Run = "a,b", Session = "3-2", Action = "0" }.ToBaggage();
        Assert.Equal("ape.run=a%2Cb,ape.session=3-2,ape.action=0", baggage);
        Assert.Equal("a,b", RequestIdentity.Parse(baggage)!.Run);
    }

    [Fact]
    public async Task Use_Disposed_RestoresTheOneBefore()
    {
        using (RequestIdentity.Use(new RequestIdentity { Session = "1-0" }))
        {
            using (RequestIdentity.Use(new RequestIdentity { Session = "1-1" }))
            {
                await Task.Yield();
                Assert.Equal("1-1", RequestIdentity.Current!.Session);
            }

            Assert.Equal("1-0", RequestIdentity.Current!.Session);
        }

        Assert.Null(RequestIdentity.Current);
    }
}
