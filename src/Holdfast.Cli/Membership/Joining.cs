using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Api;
using Holdfast.Certificates;

namespace Holdfast.Cli.Membership;

/// <summary>The joining side.</summary>
internal static class Joining
{
    /// <returns>What makes this machine the host, with its private keys.</returns>
    /// <exception cref="ApiException">One sentence.</exception>
    public static async Task<HostMembership> AskAsync(JoinToken token, string host, int port, CancellationToken cancel)
    {
        var place = $"{host}:{port}";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(JoinWire.Limit);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(host, port, limit.Token);
            return await AskAsync(token, client.GetStream(), place, limit.Token);
        }
        catch (SocketException e)
        {
            throw new ApiException(ErrorCode.Unavailable, $"Nobody invites at {place}: the invitation was used, has ended, or is elsewhere; make another with 'holdfast invite'.", e);
        }
        catch (Exception e) when (e is IOException or AuthenticationException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw new ApiException(ErrorCode.Unavailable, $"{place} did not let this host join: {(e is OperationCanceledException ? "it has not answered in time" : e.Message.TrimEnd('.'))}.", e);
        }
    }

    private static async Task<HostMembership> AskAsync(JoinToken token, Stream network, string place, CancellationToken limit)
    {
        X509Certificate2? server = null;
        await using var stream = new SslStream(network);
        // Taken as it is for now: nothing is said before the authority has come, has the token's fingerprint, and has signed it.
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) => (server = shown as X509Certificate2) is not null, AllowTlsResume = false }, limit);
        using var own = server!;
        var authority = Proven(token, own, (await JoinWire.HearAsync(stream, JoinJson.Default.JoinGreeting, limit)).Authority, place);
        using var agent = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var qemu = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await JoinWire.SayAsync(stream, new JoinRequest(token.Secret, agent.ExportSubjectPublicKeyInfo(), qemu.ExportSubjectPublicKeyInfo()), JoinJson.Default.JoinRequest, limit);
        var answer = await JoinWire.HearAsync(stream, JoinJson.Default.JoinAnswer, limit);
        return answer.Refusal is { } refusal ? throw new ApiException(ErrorCode.Forbidden, refusal)
            : new(Certificate(answer, authority, answer.Agent, agent), Certificate(answer, authority, answer.Qemu, qemu), answer.Secret, answer.Configuration);
    }

    private static HostCertificate Certificate(JoinAnswer answer, string authority, string certificate, ECDsa key)
    {
        using var parsed = X509Certificate2.CreateFromPem(certificate);
        return new(answer.Host, authority, certificate, key.ExportPkcs8PrivateKeyPem() + "\n", new(parsed.NotAfter));
    }

    /// <returns>The authority, PEM.</returns>
    private static string Proven(JoinToken token, X509Certificate2 server, string said, string place)
    {
        try
        {
            using var authority = X509Certificate2.CreateFromPem(said);
            if (CryptographicOperations.FixedTimeEquals(JoinToken.PinOf(authority), token.Pin) && ClusterAuthority.IsForJoining(server, authority, DateTimeOffset.UtcNow))
            {
                return authority.ExportCertificatePem() + "\n";
            }
        }
        catch (CryptographicException)
        {
            // What cannot be read proves nothing.
        }

        throw new ApiException(ErrorCode.Forbidden, $"{place} is not where this token comes from: it cannot show the authority whose fingerprint the token bears, so it was told nothing. Look at the address, or whether somebody stands between.");
    }
}

/// <summary>What makes a machine a host of the cluster.</summary>
internal sealed record HostMembership(HostCertificate Agent, HostCertificate Qemu, string Secret, string Configuration);
