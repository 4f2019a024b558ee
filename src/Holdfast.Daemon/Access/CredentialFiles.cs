using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Certificates;

namespace Holdfast.Daemon.Access;

/// <summary>This host's certificate as it stands in its files now. A new one is taken as soon as all its files are there; until then, and when they cannot be read, the last one counts.</summary>
internal sealed class CredentialFiles(string directory, string host, Action<string> say, TimeSpan look) : IAsyncDisposable
{
    private readonly CancellationTokenSource ending = new();
    private Task looking = Task.CompletedTask;
    private string read = "";
    private volatile Loaded? now;
    private volatile string? problem;

    /// <summary>Null: there was none that could be read.</summary>
    public Loaded? Now => now;

    /// <summary>Why the files that are there now are of no use; null: they are in use.</summary>
    public string? Problem => problem;

    /// <summary>Reads them, and looks for new ones from then on.</summary>
    public void Start()
    {
        Look();
        looking = LookAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await looking;
        ending.Dispose();
    }

    private async Task LookAsync()
    {
        using var timer = new PeriodicTimer(look);
        try
        {
            while (await timer.WaitForNextTickAsync(ending.Token))
            {
                Look();
            }
        }
        catch (OperationCanceledException)
        {
            // The agent ends.
        }
    }

    private void Look()
    {
        // A file that is there only since the last look, or replaced since: its time has changed.
        var seen = string.Join(' ', ((string[])[HostCertificate.OwnFile, HostCertificate.OwnKeyFile, ClusterAuthority.CertificateFile]).Select(f => File.GetLastWriteTimeUtc(Path.Combine(directory, f)).Ticks));
        if (seen == read)
        {
            return;
        }

        try
        {
            Take(HostCredential.Read(directory));
            problem = null;
        }
        catch (CertificateException e)
        {
            if (problem != e.Message)
            {
                problem = now is null
                    ? $"{e.Message.TrimEnd('.')}, so nobody reaches the agent of {host} over the network; 'holdfast ca issue {host}' makes one (docs/operations/tls.md)"
                    : $"{e.Message.TrimEnd('.')}; the one before is used on, until {now.Credential.NotAfter.UtcDateTime:yyyy-MM-dd}";
                say(problem);
            }

            return;
        }

        read = seen;
    }

    /// <exception cref="CertificateException">It is not this host's.</exception>
    private void Take(HostCredential credential)
    {
        if ((AgentCertificate.Refusal(credential.Own, credential.Authorities, DateTimeOffset.UtcNow) ?? (AgentCertificate.HostOf(credential.Own) is var named && named == host ? null : $"is {named}'s and not {host}'s")) is { } refusal)
        {
            throw new CertificateException($"The host's certificate in {directory} {refusal}");
        }

        // The names of the authorities go along, so that a browser offers none of its owner's certificates that this agent would only refuse.
        now = new(credential, SslStreamCertificateContext.Create(credential.Own, null, offline: true, SslCertificateTrust.CreateForX509Collection(credential.Authorities, sendTrustInHandshake: true)));
        say(FormattableString.Invariant($"the certificate of {host} is in use, until {credential.NotAfter.UtcDateTime:yyyy-MM-dd}"));
    }

    internal sealed record Loaded(HostCredential Credential, SslStreamCertificateContext Shown);
}
