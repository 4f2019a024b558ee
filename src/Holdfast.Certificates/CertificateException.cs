namespace Holdfast.Certificates;

/// <summary>A certificate could not be made, read or written; the message is the one sentence to show.</summary>
public sealed class CertificateException(string sentence) : Exception(sentence);
