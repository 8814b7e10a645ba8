using System.Net;
using System.Runtime.InteropServices;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Lean;

/// <summary>How it comes to a new connection: the name's addresses, each judged, one after the other.</summary>
internal sealed partial class LeanTransport
{
    // As of the general transport.
    private static readonly TimeSpan MostConnect = TimeSpan.FromSeconds(15);

    private IPAddress[] _addresses = [];
    private int _nextAddress;
    private IPAddress? _refused;
    private int _connectError;

    /// <summary>Its connection was made, or not.</summary>
    public void Connected(int error)
    {
        if (error == 0)
        {
            _loop.Extend(this, _loop.After(_began, _timeout));
            Dispatch(_unsent!);
            return;
        }
        _connectError = error;
        CloseFailed();
        TryAddress();
    }

    private void Connect()
    {
        _exchange.IsNewConnection = true;
        _phase = Phase.Connecting;
        (_nextAddress, _refused, _connectError) = (0, null, 0);
        if (_server.Addresses is { } addresses)
        {
            _addresses = addresses;
            TryAddress();
            return;
        }
        _phase = Phase.Resolving;
        _ = ResolveAsync(_request);
    }

    /// <summary>The name is resolved elsewhere; the flow comes back to the loop by its context.</summary>
    private async Task ResolveAsync(long request)
    {
        IPAddress[]? addresses = null;
        TargetFailure? failure = null;
        try
        {
            addresses = await _server.ResolveAsync();
        }
        catch (Exception exception)
        {
            failure = TargetFailure.Classify(exception) ?? TargetFailure.Unresolved;
        }
        if (!IsPending || _request != request || _phase != Phase.Resolving)
        {
            return;
        }
        if (failure is { } why)
        {
            Fail(why);
            return;
        }
        _addresses = addresses!;
        _phase = Phase.Connecting;
        TryAddress();
    }

    private void TryAddress()
    {
        while (_nextAddress < _addresses.Length)
        {
            var address = _addresses[_nextAddress++];
            if (!_route.Entry!.IsAddressAllowed(_server.Host, _server.Port, address))
            {
                _refused = address;
                continue;
            }
            var now = _loop.Time.GetTimestamp();
            _connection = LeanConnection.Open(_loop, _server, address, shared.Owner.NextSource(), now, out var error);
            if (_connection is null)
            {
                _connectError = error;
                continue;
            }
            (_connection.Owner, _connection.Pool) = (this, _pool);
            if (_connection.IsConnecting)
            {
                if (_timeout > MostConnect)
                {
                    _loop.Extend(this, Math.Min(_loop.After(now, MostConnect), _loop.After(_began, _timeout)));
                }
                return;
            }
            Dispatch(_unsent!);
            return;
        }
        Fail(_connectError == Native.ConnectionReset ? TargetFailure.WasReset
            : _connectError != 0 ? TargetFailure.NoConnection($"{Marshal.GetPInvokeErrorMessage(_connectError)} ({_server.Host}:{_server.Port})")
            : _refused is not null ? Refused(TargetConnector.PrivateAddress(_route.Entry!, _server.Host, _server.Port, _refused))
            : TargetFailure.Unresolved);
    }

    private static TargetFailure Refused(Verdict verdict) => new(verdict.ErrorType!, verdict.Detail!);

    private void CloseFailed()
    {
        // The right to a connection stays with the request while it tries the next address.
        _connection!.Pool = null;
        _connection.Close();
        _connection = null;
    }
}
