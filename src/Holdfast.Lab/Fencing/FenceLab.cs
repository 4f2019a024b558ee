using System.Net.Sockets;
using System.Text;

namespace Holdfast.Lab.Fencing;

/// <summary>The fence agent of the lab's power switches, in the fence-agents calling convention.</summary>
public static class FenceLab
{
    private const string DefaultDevice = "/holdfast/device/power";
    private const int Failed = 1;
    private const int StatusOff = 2;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Runs <c>fence_lab</c>: key=value lines on standard input, or the usual options; <c>action</c> one of
    /// off, on, reboot, status, monitor, list, metadata; <c>plug</c> names the host. Exit code 0 done (status: on), 2 status: off, 1 failed.
    /// The command line calls this, before anything else, for <c>holdfast lab-fence …</c>: it must answer in milliseconds.
    /// </summary>
    public static int Main(string[] args) => Main(args, Console.In, Console.Out, Console.Error);

    internal static int Main(string[] args, TextReader input, TextWriter output, TextWriter error)
    {
        var request = args.Length > 0 ? FromOptions(args) : FromInput(input);
        var action = request.GetValueOrDefault("action") ?? request.GetValueOrDefault("option") ?? "reboot";
        if (action == "metadata")
        {
            output.WriteLine(Metadata);
            return 0;
        }

        if (action is "monitor" or "list")
        {
            return 0;
        }

        if (action is not ("on" or "off" or "reboot" or "status") || (request.GetValueOrDefault("plug") ?? request.GetValueOrDefault("port")) is not { Length: > 0 } plug)
        {
            error.WriteLine($"fence_lab: needs plug=HOST and an action of on, off, reboot, status, monitor, list, metadata; got action={action}");
            return Failed;
        }

        var device = request.GetValueOrDefault("device") ?? DefaultDevice;
        try
        {
            return Switch(device, action, plug, output);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            error.WriteLine($"fence_lab: {plug}: {e.Message}");
            return Failed;
        }
    }

    private static int Switch(string device, string action, string plug, TextWriter output)
    {
        if (action == "reboot")
        {
            Ask(device, "off", plug);
            action = "on";
        }

        var state = Ask(device, action, plug);
        output.WriteLine(action == "status" ? $"Status: {state.ToUpperInvariant()}" : $"Success: Powered {state.ToUpperInvariant()}");
        return (action, state) switch
        {
            ("status", "on") => 0,
            ("status", "off") => StatusOff,
            _ => action == state ? 0 : Failed,
        };
    }

    private static string Ask(string device, string action, string plug)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        {
            ReceiveTimeout = (int)Limit.TotalMilliseconds,
            SendTimeout = (int)Limit.TotalMilliseconds,
        };
        socket.Connect(new UnixDomainSocketEndPoint(device));
        socket.Send(Encoding.UTF8.GetBytes($"{action} {plug}\n"));
        using var reader = new StreamReader(new NetworkStream(socket));
        var answer = reader.ReadLine();
        return answer is "on" or "off" ? answer : throw new IOException(answer ?? "the power switch closed the connection");
    }

    private static Dictionary<string, string> FromInput(TextReader input)
    {
        var request = new Dictionary<string, string>(StringComparer.Ordinal);
        while (input.ReadLine() is { } line)
        {
            if (line.Trim() is [not '#', ..] text && text.IndexOf('=') is > 0 and var at)
            {
                request[text[..at].Trim()] = text[(at + 1)..].Trim();
            }
        }

        return request;
    }

    private static Dictionary<string, string> FromOptions(string[] args)
    {
        var request = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i].StartsWith("--", StringComparison.Ordinal) && args[i].IndexOf('=') is > 2 and var at)
            {
                request[args[i][2..at]] = args[i][(at + 1)..];
            }
            else if (i + 1 < args.Length && args[i] is "-o" or "-n" or "-D")
            {
                request[args[i] switch { "-o" => "action", "-n" => "plug", _ => "device" }] = args[++i];
            }
        }

        return request;
    }

    private const string Metadata = """
        <?xml version="1.0" ?>
        <resource-agent name="fence_lab" shortdesc="Fence agent of the Holdfast lab">
        <longdesc>Switches the power of a host of a Holdfast lab: a cluster of namespaces on one machine.</longdesc>
        <parameters>
        <parameter name="action" required="1"><content type="string" default="reboot"/><shortdesc lang="en">Fencing action</shortdesc></parameter>
        <parameter name="plug" required="1"><content type="string"/><shortdesc lang="en">Name of the host</shortdesc></parameter>
        <parameter name="device" required="0"><content type="string" default="/holdfast/device/power"/><shortdesc lang="en">Socket of the power switch</shortdesc></parameter>
        </parameters>
        <actions>
        <action name="on" automatic="0"/><action name="off"/><action name="reboot"/><action name="status"/>
        <action name="monitor"/><action name="list"/><action name="metadata"/>
        </actions>
        </resource-agent>
        """;
}
