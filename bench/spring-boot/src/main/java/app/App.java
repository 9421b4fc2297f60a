package app;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.rabbit.annotation.RabbitListener;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;

/** The same job as kuteng's routes/: a message a second, and two workers that log what they get. */
@SpringBootApplication
@EnableScheduling
public class App {
    private static final Logger LOG = LoggerFactory.getLogger(App.class);

    private final RabbitTemplate template;
    private int number;

    App(RabbitTemplate template) {
        this.template = template;
    }

    public static void main(String[] arguments) {
        SpringApplication.run(App.class, arguments);
    }

    @Bean
    static Queue queue() {
        return new Queue("spring-boot");
    }

    @Scheduled(fixedRate = 1000)
    void send() {
        template.convertAndSend("spring-boot", "Hello kuteng!" + number++);
    }

    @RabbitListener(queues = "spring-boot", id = "consumer-1")
    void one(String body) {
        LOG.info("Received a message: {}", body);
    }

    @RabbitListener(queues = "spring-boot", id = "consumer-2")
    void two(String body) {
        LOG.info("Received a message: {}", body);
    }
}
