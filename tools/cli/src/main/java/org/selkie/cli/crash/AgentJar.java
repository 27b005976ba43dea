// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli.crash;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.selkie.crashtest.agent.CrashtestAgent;

/** The jar that starts crashtest's agent: the one that it is in, or while it lies in a directory, one that only names it. */
record AgentJar(Path path, boolean temporary) implements AutoCloseable {

    static AgentJar find() throws IOException {
        Path own;
        try {
            own = Path.of(CrashtestAgent.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IOException("crashtest lies at no path", e);
        }
        if (Files.isRegularFile(own)) {
            return new AgentJar(own, false);
        }
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(new Attributes.Name("Premain-Class"), CrashtestAgent.class.getName());
        Path made = Files.createTempFile("crashtest-agent-", ".jar");
        new JarOutputStream(Files.newOutputStream(made), manifest).close();
        return new AgentJar(made, true);
    }

    @Override
    public void close() throws IOException {
        if (temporary) {
            Files.deleteIfExists(path);
        }
    }
}
